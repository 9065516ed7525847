#!/usr/bin/env bash
# Brings the console sign-ins of an account to the bot's queue, from every region that the account has enabled: CloudTrail
# records a sign-in in several. A rule can send to a queue of its own region only, so those of the other regions send to
# the event bus of this one (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-region.html).
#
#   AWS_REGION=ap-northeast-1 deploy/sign-ins.sh                  in the bot's account: makes the queues and the rules
#   AWS_REGION=ap-northeast-1 deploy/sign-ins.sh permit o-a1b2c3d4e5    there too: the accounts of that organization may send theirs
#   AWS_REGION=ap-northeast-1 deploy/sign-ins.sh to 123456789012  in each of those: sends them to the bot's account
#
# An account outside of the organization is permitted by its id. Each id takes some 230 of the 10,240 characters that the policy of an
# event bus may have, and an organization takes as many.
#
# `aws login` is a sign-in too, by the console's password: it gives the command line credentials. Its event AuthorizeOAuth2Access counts
# as a read, which only a rule in the state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS sees, on each bus that it passes
# (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html). So it has a rule of its own.
#
# CloudTrail needs a trail that is logging in each account, with read events for `aws login`, or no event arrives.
#
# It needs the aws command and an administrator's credentials. Running it again changes nothing. What a Region or CloudTrail refuses
# is told at the end, once all else is done, and the exit status is 1.
set -euo pipefail

region=${AWS_REGION:?set AWS_REGION to the region of the queue}
export AWS_DEFAULT_REGION=$region # the name that version 1 of the aws command reads
name=sekisho-sign-ins
login=sekisho-aws-login # the rule of that event
problems=()

# aws is the command, at the AWS that sekisho itself would use: version 1 does not look at the variable
aws() { command aws ${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"} "$@"; }

account=$(aws sts get-caller-identity --query Account --output text)
partition=$(aws sts get-caller-identity --query Arn --output text | cut -d: -f2)
here=$(dirname "$0")
mine=arn:$partition:events:$region:$account:event-bus/default

# queue NAME ATTRIBUTES: makes it, or changes it, and prints its URL
queue() {
	url=$(aws sqs create-queue --region "$region" --queue-name "$1" --query QueueUrl --output text)
	aws sqs set-queue-attributes --region "$region" --queue-url "$url" --attributes "$2"
	echo "$url"
}

# rule REGION NAME PATTERN STATE TARGET: has the events of a pattern sent to a target
rule() {
	aws events put-rule --region "$1" --name "$2" --event-pattern "$(cat "$here/$3")" --state "$4" >/dev/null &&
		failed=$(aws events put-targets --region "$1" --rule "$2" --targets "$5" --query FailedEntryCount --output text) &&
		[ "$failed" = 0 ]
}

# rules REGION TARGET: has the sign-ins of a region sent to a target; a region that refuses is remembered
rules() {
	if rule "$1" "$name" eventbridge-pattern.json ENABLED "$2" &&
		rule "$1" "$login" eventbridge-aws-login-pattern.json ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS "$2"; then
		echo "$1: sign-ins are sent on"
	else
		problems+=("$1: no sign-in is sent on; what it refused stands above")
	fi
}

# trail: remembers if no trail of the account is logging
trail() {
	for each in $(aws cloudtrail describe-trails --region "$region" --query 'trailList[].TrailARN' --output text); do
		logs=$(aws cloudtrail get-trail-status --region "$region" --name "$each" --query IsLogging --output text) || continue
		[ "$logs" != True ] || return 0
	done
	problems+=("account $account: no trail of CloudTrail is logging in $region, so no sign-in arrives: make one for all Regions, with read and write management events")
}

# finish: tells what was refused, if anything
finish() {
	trail
	[ ${#problems[@]} = 0 ] || { printf '%s\n' "${problems[@]}" >&2; exit 1; }
}

# forward BUS [REGION]: every region but that one sends to a bus, by a role that may do nothing else
forward() {
	aws iam create-role --role-name "$name" --assume-role-policy-document \
		'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sts:AssumeRole"}]}' \
		>/dev/null 2>&1 || aws iam get-role --role-name "$name" >/dev/null
	aws iam put-role-policy --role-name "$name" --policy-name forward --policy-document \
		'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"events:PutEvents","Resource":"'"$1"'"}]}'
	for each in $(aws ec2 describe-regions --region "$region" --query 'Regions[].RegionName' --output text); do
		[ "$each" = "${2:-}" ] || rules "$each" '[{"Id":"sekisho","Arn":"'"$1"'","RoleArn":"arn:'"$partition:iam::$account:role/$name"'"}]'
	done
}

case ${1:-} in
"")
	dead=arn:$partition:sqs:$region:$account:$name-dead
	arn=arn:$partition:sqs:$region:$account:$name
	sends=arn:$partition:events:$region:$account:rule
	queue "$name-dead" '{"MessageRetentionPeriod":"1209600"}' >/dev/null
	url=$(queue "$name" '{"VisibilityTimeout":"60","MessageRetentionPeriod":"1209600",
		"RedrivePolicy":"{\"deadLetterTargetArn\":\"'"$dead"'\",\"maxReceiveCount\":\"10\"}",
		"Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"events.amazonaws.com\"},\"Action\":\"sqs:SendMessage\",\"Resource\":\"'"$arn"'\",\"Condition\":{\"ArnEquals\":{\"aws:SourceArn\":[\"'"$sends/$name"'\",\"'"$sends/$login"'\"]}}}]}"}')
	rules "$region" '[{"Id":"sekisho","Arn":"'"$arn"'"}]'
	forward "$mine" "$region"
	echo "queues: {sign_ins: $url}"
	finish
	;;
permit)
	who=()
	case ${2:-} in
	o-*) who=(--principal '*' --condition "Type=StringEquals,Key=aws:PrincipalOrgID,Value=$2") ;;
	[0-9]*) who=(--principal "$2") ;;
	*) echo "${2:-nothing}: not the id of an organization, such as o-a1b2c3d4e5, or of an account" >&2; exit 2 ;;
	esac
	aws events put-permission --region "$region" --event-bus-name default --action events:PutEvents "${who[@]}" --statement-id "$name-$2"
	echo "$2 may send its sign-ins to $mine"
	;;
to)
	forward "arn:$partition:events:$region:$2:event-bus/default"
	finish
	;;
*)
	sed -n '2,/^set/p' "$0" | sed -n 's/^# \{0,1\}//p'
	exit 2
	;;
esac
