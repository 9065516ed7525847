#!/usr/bin/env bash
# Brings the console sign-ins of an account to the bot's queue, from every region that the account has enabled: CloudTrail
# records a sign-in in several. A rule can send to a queue of its own region only, so those of the other regions send to
# the event bus of this one (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-region.html).
#
#   AWS_REGION=ap-northeast-1 deploy/sign-ins.sh                  in the bot's account: makes the queues and the rules
#   AWS_REGION=ap-northeast-1 deploy/sign-ins.sh permit 210987654321    there too: that account may send its sign-ins
#   AWS_REGION=ap-northeast-1 deploy/sign-ins.sh to 123456789012  in that account: sends them to the bot's account
#
# It needs the aws command and an administrator's credentials. Running it again changes nothing.
set -euo pipefail

region=${AWS_REGION:?set AWS_REGION to the region of the queue}
export AWS_DEFAULT_REGION=$region # the name that version 1 of the aws command reads
name=sekisho-sign-ins

# aws is the command, at the AWS that sekisho itself would use: version 1 does not look at the variable
aws() { command aws ${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"} "$@"; }

account=$(aws sts get-caller-identity --query Account --output text)
partition=$(aws sts get-caller-identity --query Arn --output text | cut -d: -f2)
pattern=$(cat "$(dirname "$0")/eventbridge-pattern.json")
mine=arn:$partition:events:$region:$account:event-bus/default

# queue NAME ATTRIBUTES: makes it, or changes it, and prints its URL
queue() {
	url=$(aws sqs create-queue --region "$region" --queue-name "$1" --query QueueUrl --output text)
	aws sqs set-queue-attributes --region "$region" --queue-url "$url" --attributes "$2"
	echo "$url"
}

# rule REGION TARGET: has the sign-ins of a region sent to a target
rule() {
	aws events put-rule --region "$1" --name "$name" --event-pattern "$pattern" >/dev/null
	failed=$(aws events put-targets --region "$1" --rule "$name" --targets "$2" --query FailedEntryCount --output text)
	[ "$failed" = 0 ] || { echo "$1: the rule has no target" >&2; exit 1; }
	echo "$1: sign-ins are sent on"
}

# forward BUS [REGION]: every region but that one sends to a bus, by a role that may do nothing else
forward() {
	aws iam create-role --role-name "$name" --assume-role-policy-document \
		'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sts:AssumeRole"}]}' \
		>/dev/null 2>&1 || aws iam get-role --role-name "$name" >/dev/null
	aws iam put-role-policy --role-name "$name" --policy-name forward --policy-document \
		'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"events:PutEvents","Resource":"'"$1"'"}]}'
	for each in $(aws ec2 describe-regions --region "$region" --query 'Regions[].RegionName' --output text); do
		[ "$each" = "${2:-}" ] || rule "$each" '[{"Id":"sekisho","Arn":"'"$1"'","RoleArn":"arn:'"$partition:iam::$account:role/$name"'"}]'
	done
}

case ${1:-} in
"")
	dead=arn:$partition:sqs:$region:$account:$name-dead
	arn=arn:$partition:sqs:$region:$account:$name
	queue "$name-dead" '{"MessageRetentionPeriod":"1209600"}' >/dev/null
	url=$(queue "$name" '{"VisibilityTimeout":"60","MessageRetentionPeriod":"1209600",
		"RedrivePolicy":"{\"deadLetterTargetArn\":\"'"$dead"'\",\"maxReceiveCount\":\"10\"}",
		"Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"events.amazonaws.com\"},\"Action\":\"sqs:SendMessage\",\"Resource\":\"'"$arn"'\",\"Condition\":{\"ArnEquals\":{\"aws:SourceArn\":\"arn:'"$partition:events:$region:$account:rule/$name"'\"}}}]}"}')
	rule "$region" '[{"Id":"sekisho","Arn":"'"$arn"'"}]'
	forward "$mine" "$region"
	echo "queues: {sign_ins: $url}"
	;;
permit)
	aws events put-permission --region "$region" --event-bus-name default --action events:PutEvents --principal "$2" --statement-id "$name-$2"
	echo "$2 may send its sign-ins to $mine"
	;;
to) forward "arn:$partition:events:$region:$2:event-bus/default" ;;
*)
	sed -n '2,/^set/p' "$0" | sed -n 's/^# \{0,1\}//p'
	exit 2
	;;
esac
