#!/usr/bin/env bash
# Makes the queues by which programs ask for access and hear the answers, and lets those use them who are named: IAM users
# and roles, by their ARNs. SQS tells the bot who of them sent a message. Whoever can act as a role can ask by it: name
# these people in not_by of the role under queues: roles of the configuration, so that they do not approve what they ask for.
#
#   AWS_REGION=ap-northeast-1 deploy/requests.sh arn:aws:iam::123456789012:user/svc-deploy arn:aws:iam::123456789012:role/deployer
#
# It needs the aws command and an administrator's credentials. Name all of them each time: whoever is no longer named may
# no longer send. Running it again with the same ones changes nothing. What cannot be read or taken in after ten tries is
# kept for two weeks on sekisho-requests-dead. In another account than the queue's they need sqs:SendMessage,
# sqs:ReceiveMessage and sqs:DeleteMessage by a policy of their own, too.
set -euo pipefail

if [ $# = 0 ]; then
	sed -n '2,/^set/p' "$0" | sed -n 's/^# \{0,1\}//p'
	exit 2
fi
senders=
for arn; do
	[[ $arn =~ ^arn:aws[a-z-]*:iam::[0-9]{12}:(user|role)/[A-Za-z0-9+=,.@_/-]+$ ]] ||
		{ echo "$arn: not the ARN of an IAM user or role, such as arn:aws:iam::123456789012:role/deployer" >&2; exit 2; }
	senders+=${senders:+,}\"$arn\"
done
region=${AWS_REGION:?set AWS_REGION to the region of the queues}
export AWS_DEFAULT_REGION=$region # the name that version 1 of the aws command reads

# aws is the command, at the AWS that sekisho itself would use: version 1 does not look at the variable
aws() { command aws ${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"} "$@"; }

account=$(aws sts get-caller-identity --query Account --output text)
partition=$(aws sts get-caller-identity --query Arn --output text | cut -d: -f2)

# queue NAME ATTRIBUTES: makes it, or changes it, and prints its URL
queue() {
	url=$(aws sqs create-queue --queue-name "$1" --query QueueUrl --output text)
	aws sqs set-queue-attributes --queue-url "$url" --attributes "$2"
	echo "$url"
}

arn() { echo "arn:$partition:sqs:$region:$account:$1"; }

# text JSON: as a text within JSON
text() { echo "\"${1//\"/\\\"}\""; }

# allow NAME ACTIONS: the policy by which the senders may do that to a queue
allow() {
	text '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":['"$senders"']},"Action":['"$2"'],"Resource":"'"$(arn "$1")"'"}]}'
}

queue sekisho-requests-dead '{"MessageRetentionPeriod":"1209600"}' >/dev/null
redrive=$(text '{"deadLetterTargetArn":"'"$(arn sekisho-requests-dead)"'","maxReceiveCount":"10"}')
requests=$(queue sekisho-requests '{"VisibilityTimeout":"60","MessageRetentionPeriod":"1209600","RedrivePolicy":'"$redrive"',
	"Policy":'"$(allow sekisho-requests '"sqs:SendMessage"')"'}')
replies=$(queue sekisho-replies '{"MessageRetentionPeriod":"345600",
	"Policy":'"$(allow sekisho-replies '"sqs:ReceiveMessage","sqs:DeleteMessage","sqs:ChangeMessageVisibility"')"'}')
echo "queues: {requests: $requests, replies: $replies}"
