#!/usr/bin/env bash
# Puts the access key that a secret keeps to use on this server. A rotation tells servers to run it, as root:
#
#   /usr/local/sbin/sekisho-key SECRET_ARN KEY_ID
#
# Install it there (mode 0755), and say in /etc/sekisho-key.conf, which is shell and root's alone to write, what it is for:
#
#   CREDENTIALS=/home/batch/.aws/credentials  # the file to write, whole: it is to have no other profile
#   PROFILE=default                           # in it; default unless said
#   OWNER=batch                               # the user whose file it is, and its folder; root unless said
#   RELOAD="systemctl restart batch"          # has the program read the file; nothing unless said
#
# It needs the aws command, and for the role of the server secretsmanager:GetSecretValue on the secret. The last line that it
# prints is the id of the key that is in use now. The secret stands in the file and nowhere else; what the reload prints is
# thrown away, as SSM would keep it. If the reload fails the file stays as it is, since its key is good, and this fails: the
# server is told again later. From an SSM document of your own, with its parameters in the environment, run it without
# arguments.
#
# Exit codes: 2 arguments or settings, 3 the secret cannot be read, 4 it is not this key, 5 the file cannot be written,
# 6 the reload failed, 7 another run took too long.
set -euo pipefail
umask 077
export LC_ALL=C # letters are those of ASCII

fail() { echo "sekisho-key: $2" >&2; exit "$1"; }

[[ $# = 2 || $# = 0 && -n ${SSM_SecretArn:-} && -n ${SSM_KeyId:-} ]] ||
	{ sed -n '2,/^set/p' "$0" | sed -n 's/^# \{0,1\}//p' >&2; exit 2; }
settings=${SEKISHO_KEY_CONF:-/etc/sekisho-key.conf}
[ -r "$settings" ] || fail 2 "$settings: cannot be read: write into it CREDENTIALS=, and what else the head of this script names"
exec 9<"$settings" # is what runs wait for
CREDENTIALS='' PROFILE=default OWNER='' RELOAD=''
# shellcheck source=/dev/null
. "$settings"
set +avx # whatever was said there, or in the environment: from here on nothing is traced or exported

arn=${1:-${SSM_SecretArn:-}} key=${2:-${SSM_KeyId:-}}
[[ $arn =~ ^arn:aws[a-z-]*:secretsmanager:([a-z0-9-]+):[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+$ ]] || fail 2 "the first argument is not the ARN of a secret"
region=${BASH_REMATCH[1]}
[[ $key =~ ^AKIA[A-Z0-9]{12,124}$ ]] || fail 2 "the second argument is not the id of an access key"
[[ $CREDENTIALS = /*/* ]] || fail 2 "$settings: CREDENTIALS is not the path of a file, from /"
[[ $PROFILE =~ ^[A-Za-z0-9_.@-]+$ ]] || fail 2 "$settings: PROFILE is not the name of a profile"
file=$(readlink -f -- "$CREDENTIALS") && [ -d "${file%/*}" ] || fail 5 "$CREDENTIALS: its folder is not there"
[ ! -e "$file" ] || [ -f "$file" ] || fail 5 "$file: is not a file"
if [ -e "$file" ] && grep '^[[:space:]]*\[' "$file" | grep -vxF "[$PROFILE]" >/dev/null; then
	fail 5 "$file: has other profiles than $PROFILE, which would be lost: name a file of its own"
fi

# One at a time, so that the last to write is the last to have read the secret.
flock -w "${SEKISHO_KEY_WAIT:-120}" 9 || fail 7 "$settings: another run has held it for too long"

# aws is the command, at the AWS that AWS_ENDPOINT_URL names: early versions do not look at the variable
aws() { command aws ${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"} "$@"; }

unset text secret # which ends that they are exported, if they were
text=$(aws secretsmanager get-secret-value --region "$region" --secret-id "$arn" --query SecretString --output text 9<&-) ||
	fail 3 "$arn: cannot be read: see above"
text=${text//\\\//\/} # JSON may have \/ for /
id_form='"aws_access_key_id"[[:space:]]*:[[:space:]]*"([A-Z0-9]+)"'
secret_form='"aws_secret_access_key"[[:space:]]*:[[:space:]]*"([A-Za-z0-9/+]{40,128})"'
[[ $text =~ $id_form ]] || fail 4 "$arn: has no aws_access_key_id, or one of another form"
[ "${BASH_REMATCH[1]}" = "$key" ] || fail 4 "$arn: has another key than $key"
[[ $text =~ $secret_form ]] || fail 4 "$arn: has no aws_secret_access_key, or one of another form"
secret=${BASH_REMATCH[1]}

# The new file takes the place of the old one at once: who reads sees one or the other. It is written as the user whose
# folder it is, who could else put a link there for root to follow.
write='set -eu; umask 077; old="${1%/*}/.${1##*/}"; rm -f -- "$old".??????; new=$(mktemp "$old.XXXXXX"); trap "rm -f -- \"\$new\"" EXIT
	cat >"$new"; sync "$new"; mv -fT -- "$new" "$1"; sync "${1%/*}"'
printf '[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n' "$PROFILE" "$key" "$secret" |
	${OWNER:+runuser -u "$OWNER" --} bash -c "$write" write "$file" 9<&- || fail 5 "$file: cannot be written: see above"
unset text secret

if [ -n "$RELOAD" ]; then
	bash -c "$RELOAD" >/dev/null 2>&1 9<&- </dev/null || fail 6 "$file has the key $key, but the reload failed with exit code $?"
fi
echo "$key"
