#!/usr/bin/env bash

# What the scripts share: the tables of environments, clusters and stacks, and how one stack is planned and applied.
# Sourced, never run. Works with bash 3.2, AWS CLI 1 or 2, and the engine named below.
#
{%- if has_delivery %}
# Credentials: the caller is somebody in the environment's own account, or in the delivery account, who may assume its
# deploy role. AWS CLI calls use the caller's credentials as they are; from the delivery account, the deploy role's. The
# engine's backend and providers, and kubectl, assume the deploy role by themselves.
{%- else %}
# Credentials: the caller is somebody in the environment's own account who may assume its deploy role. AWS CLI calls use
# the caller's credentials as they are; the engine's backend and providers assume the deploy role by themselves.
{%- endif %}
# shellcheck disable=SC2034  # what is read from the tables is used by the scripts that source this file

project={{ project | word }}
engine={{ engine | word }}

environments() { # environment, account, region, state bucket, alias of the state key, deploy role, protected{% if has_delivery %}, delivery account (- where it does not reach){% endif %}
  cat <<'TABLE'
{%- for row in environments %}
{{ row.name | word }} {{ row.account | word }} {{ row.region | word }} {{ row.bucket | word }} {{ row.key_alias | word }} {{ row.deploy_role | word }} {{ row.protected | word }}{% if has_delivery %} {{ row.delivery | word }}{% endif %}
{%- endfor %}
TABLE
}

clusters() { # environment, cluster, EKS name, region, Kubernetes version
  cat <<'TABLE'
{%- for row in clusters %}
{{ row.environment | word }} {{ row.cluster | word }} {{ row.eks_name | word }} {{ row.region | word }} {{ row.kubernetes_version | word }}
{%- endfor %}
TABLE
}

destroy_first() { # environment, cluster, kinds of objects that only controllers take away; in the order in which they go, while those run
  cat <<'TABLE'
{%- for row in destroy_first %}
{{ row.environment | word }} {{ row.cluster | word }}{% for kind in row.kinds %} {{ kind | word }}{% endfor %}
{%- endfor %}
TABLE
}

stacks() { # environment, cluster (- is the environment itself), stack, directory; in the order in which they are applied
  cat <<'TABLE'
{%- for row in stacks %}
{{ row.environment | word }} {{ row.cluster | word }} {{ row.stack | word }} {{ row.folder | word }}
{%- endfor %}
TABLE
}
{%- if has_retired %}

retired() { # directories of stacks that the blueprint retires: scripts/destroy takes them, the others leave them alone
  cat <<'TABLE'
{%- for row in stacks %}
{%- if row.retired %}
{{ row.folder | word }}
{%- endif %}
{%- endfor %}
TABLE
}
{%- endif %}

set -euo pipefail
export AWS_PAGER=""       # AWS CLI 2 would open a pager and wait
export TF_IN_AUTOMATION=1 # the next step is named here, not by the engine
# Another workspace has other states. TF_CLI_ARGS*, which a plan shows, and whatever else the engine is told stay.
unset TF_WORKSPACE
dry_run=no said=no scratch="" earlier="" planned=""
hint="the last lines above say what failed"
plan_file=${TF_DATA_DIR:-.terraform}/plinth.tfplan # relative to the stack; .terraform is never committed
cd -- "$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)"

say() { printf '%s\n' "$*"; }
die() { # message, then lines of help
  say "error: $1" >&2
  shift
  [ $# -gt 0 ] || set -- "$hint" "then run the same command again: it goes on from there"
  printf 'help: %s\n' "$@" >&2
  said=yes
  [ "$BASH_SUBSHELL" -eq 0 ] || exit $((70 + ${exit_status:-1})) # for ended
  exit "${exit_status:-1}"
}
# Whatever ends a script, it does not end without a word.
ended() { # exit status
  [ -z "$scratch" ] || rm -rf -- "$scratch"
  [ -z "$planned" ] || remove_plan "$planned"
  case "$1 $said" in
    "0 "* | *" yes") ;;
    71\ * | 72\ *) exit $(($1 - 70)) ;; # a subshell has said why
    *) die "${0##*/} ended before all was done" ;;
  esac
}
trap 'ended $?' EXIT
# A terminal that is lost ends no command: the engine would die of it in the middle. The script ends at its next word.
trap '' HUP
# A command that runs ends by itself first, and the engine keeps what it has made in the state.
trap 'exit_status=130 die "interrupted" "run the same command again: it goes on from there"' INT TERM
usage() { exit_status=2 die "$1" "scripts/${0##*/} --help"; }
show_help() { sed -n '4,/^$/s/^# \{0,1\}//p' "scripts/${0##*/}"; } # the comment at the top of the script
show() { # a command as one could type it
  local word line="+"
  for word in "$@"; do
    case "$word" in
      *\'*[\"\$\`\\]* | *[\"\$\`\\]*\'*) word=$(printf '%q' "$word") ;;
      *\'*) word="\"$word\"" ;;
      "" | *[!A-Za-z0-9_./:=,@%+-]*) word="'$word'" ;;
    esac
    line="$line $word"
  done
  say "$line"
}
# For what changes something, takes long or is often refused; looking is silent.
run() { # shows a command, then runs it; in a dry run the command is the result
  if [ "$dry_run" = yes ]; then show "$@"; else show "$@" >&2 && "$@"; fi
}
has() { case "$flags" in *" $1 "*) return 0 ;; *) return 1 ;; esac }

# Reads the words of a script: at least $1, at most $2 of ENV, CLUSTER and STACK, the flags in $3, engine options after `--`.
read_arguments() {
  local least=$1 most=$2 known=" $3 " count=0
  shift 3
  environment="" cluster="" stack="" flags=" "
  options=()
  while [ $# -gt 0 ]; do
    case "$1" in
      -h | --help) show_help && exit 0 ;;
      --) shift && options=("$@") && break ;;
      -?*) case "$known" in *" $1 "*) flags="$flags$1 " ;; *) usage "unknown option $1" ;; esac ;;
      "") usage "an argument is empty" ;;
      *) count=$((count + 1)) && case "$count" in 1) environment=$1 ;; 2) cluster=$1 ;; 3) stack=$1 ;; esac ;;
    esac
    shift
  done
  [ "$count" -ge "$least" ] || usage "an argument is missing"
  [ "$count" -le "$most" ] || usage "too many arguments"
  [ "$most" -eq 0 ] || load_environment
}

load_environment() {
  local row
  row=$(environments | awk -v e="$environment" '$1 == e')
  [ -n "$row" ] || usage "no environment $environment; there is: $(environments | awk '{ printf "%s ", $1 }')"
  read -r environment account region bucket key_alias deploy_role protected{% if has_delivery %} delivery{% endif %} <<<"$row"
}

load_cluster() { # cluster
  local row
  row=$(clusters | awk -v e="$environment" -v c="$1" '$1 == e && $2 == c')
  [ -n "$row" ] || usage "no cluster $1 in $environment; there is: $(clusters | awk -v e="$environment" '$1 == e { printf "%s ", $2 }')"
  read -r _ cluster eks_name cluster_region kubernetes_version <<<"$row"
}

select_stacks() { # the rows that the arguments name
  stacks | awk -v e="$environment" -v c="$cluster" -v s="$stack" \
    '$1 == e && (c == "" || $2 == c) && (s == "" || $3 == s) { print; found = 1 } END { exit !found }' ||
    usage "no stack $environment $cluster $stack; there is: $(stacks | awk -v e="$environment" '$1 == e { printf "%s%s %s", sep, $2, $3; sep = ", " }')"
}
{%- if has_retired %}

is_retired() { retired | grep -qxF -- "$1"; } # directory
living() { awk 'NR == FNR { gone[$1]; next } !($4 in gone)' <(retired) -; } # of rows of stacks, those that are not retired
leaving() { awk 'NR == FNR { gone[$1]; next } $4 in gone' <(retired) -; } # and those that are
{%- endif %}

check_aws() {
  command -v aws >/dev/null || die "the AWS CLI is not installed" "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"
}

check_tools() {
  local version major minor least=11
  [ "$engine" = terraform ] || least=10
  check_aws
  command -v "$engine" >/dev/null || die "$engine is not installed" "install $engine 1.$least or later"
  version=$("$engine" version 2>/dev/null | sed -n 's/^[A-Za-z]* v\([0-9]*\.[0-9]*\).*/\1/p') || true
  IFS=. read -r major minor <<<"$version"
  [ "${major:-0}" -gt 1 ] || { [ "${major:-0}" -eq 1 ] && [ "$minor" -ge "$least" ]; } ||
    die "$engine is ${version:-of an unknown version}, these stacks need 1.$least or later (state locks in S3)" \
      "install a newer $engine, and put it first on PATH"
  case "${TF_DATA_DIR:-}" in /*) die "TF_DATA_DIR is one folder for all stacks" "unset it, or make it relative: each stack has its own then" ;; esac
}

check_account() {
  local actual
  actual=$(aws sts get-caller-identity --region "$region" --query Account --output text) ||
    die "no AWS credentials that work" "log in to account $account (environment $environment) first, for example: export AWS_PROFILE=..."
{%- if has_delivery %}
  case "$actual" in
    "$account") ;;
    "$delivery") act_as_deploy_role ;;
    *) die "wrong AWS account: $environment is $account, your credentials are for $actual" "log in to $account, or check AWS_PROFILE" ;;
  esac
}
{%- else %}
  [ "$actual" = "$account" ] ||
    die "wrong AWS account: $environment is $account, your credentials are for $actual" "log in to $account, or check AWS_PROFILE"
}
{%- endif %}
{%- if acts_as_role %}

{% if has_pipeline and has_delivery -%}
# For a caller in the delivery account, and for pipelines: from here on the AWS CLI is the environment's deploy role. The engine
# and kubectl keep the caller's credentials, since they assume the role by themselves; and STS is asked about the caller.
{%- elif has_pipeline -%}
# For pipelines: from here on the AWS CLI is the environment's deploy role. The engine keeps the caller's credentials, since it
# assumes the role by itself; and STS is asked about the caller.
{%- else -%}
# For a caller in the delivery account: from here on the AWS CLI is the environment's deploy role. The engine and kubectl
# keep the caller's credentials, since they assume the role by themselves; and STS is asked about the caller.
{%- endif %}
act_as_deploy_role() {
  assume_deploy_role
  # shellcheck disable=SC2317,SC2329 # whoever calls aws from now on calls this
  aws() {
    if [ "$1" = sts ]; then
      command aws "$@"
    else
      [ "$SECONDS" -lt "$renew_at" ] || assume_deploy_role
      AWS_ACCESS_KEY_ID=$access_key AWS_SECRET_ACCESS_KEY=$secret_key AWS_SESSION_TOKEN=$session_token command aws "$@"
    fi
  }
}

assume_deploy_role() { # sets access_key, secret_key, session_token; a session ends after an hour
  local session
  session=$(command aws sts assume-role --region "$region" --role-arn "$deploy_role" --role-session-name plinth \
    --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text) ||
{%- if has_pipeline %}
    die "you may not assume $deploy_role" \
      "its trust policy must name the role that you run as (environments/README.md), and your own policies must allow sts:AssumeRole on it" \
      "where $environment is new, an administrator lets pipelines go on to it first: scripts/apply of the account that they log in to"
{%- else %}
    die "you are in the delivery account $delivery, and may not assume $deploy_role" \
      "its trust policy must name the role that you run as (environments/README.md), and your own policies must allow sts:AssumeRole on it"
{%- endif %}
  read -r access_key secret_key session_token <<<"$session"
  renew_at=$((SECONDS + 3000))
}
{%- endif %}

# Before anything runs: can the questions to come be answered?
check_answers() {
  if has --auto-approve; then
    [ "$protected" = no ] || die "$environment is protected: --auto-approve does not count there" "run this at a terminal, without it"
  elif [ ! -t 0 ]; then
    [ "$protected" = no ] || die "no terminal to ask at: $environment is protected, its name must be typed" "run this at a terminal"
    die "no terminal to ask at" "run this at a terminal, or with --auto-approve, which does not ask"
  fi
}

confirm() { # question; a protected environment wants its name typed
  local answer="" word=yes
  if [ "$dry_run" = yes ] || has --auto-approve; then return 0; fi
  [ "$protected" = no ] || word=$environment
  read -r -p "$1 Type \"$word\" to go on: " answer || true
  [ "$answer" = "$word" ] || die "stopped: not answered with \"$word\", nothing more is changed" "the same command goes on from there"
}

# After load_cluster: gives kubectl a kubeconfig of its own, so that no other cluster can be meant. False when it does not answer.
open_cluster() {
  local folder="/tmp/plinth.XXXXXX"
  if [ "$dry_run" = no ]; then
    command -v kubectl >/dev/null || return 1
    [ -n "$scratch" ] || scratch=$(mktemp -d "${TMPDIR:-/tmp}/plinth.XXXXXX") || return 1
    folder=$scratch
  fi
  export KUBECONFIG="$folder/$eks_name"
  run aws eks update-kubeconfig --name "$eks_name" --region "$cluster_region" --role-arn "$deploy_role" --kubeconfig "$KUBECONFIG" || return 1
  [ "$dry_run" = yes ] || kubectl get --raw /readyz --request-timeout=20s >/dev/null
}

init_stack() { # directory
  local lock=-lockfile=readonly
  if [ ! -f "$1/.terraform.lock.hcl" ]; then
    lock=""
    [ "$dry_run" = yes ] || say "note: $1 has no .terraform.lock.hcl and gets one for this computer only: run scripts/lock-providers and commit what it writes"
  fi
  run "$engine" -chdir="$1" init -input=false ${lock:+"$lock"} ||
    die "$engine init failed in $1" "in a new environment: scripts/bootstrap $environment" \
{%- if has_cloud %}
      "log in to {{ cloud | word }}: terraform login{% if has_other_host %} {{ cloud_host | word }}{% endif %}" \
{%- endif %}
      "the deploy role $deploy_role must trust you" \
      "a provider that does not match the lock file, or is not in it: scripts/lock-providers"
}

has_state() { # directory, part of an address; true when the stack holds something so called. What cannot be read is not taken for empty.
  local list
  if list=$("$engine" -chdir="$1" state list 2>/dev/null); then case "$list" in *"${2:-.}"*) return 0 ;; *) return 1 ;; esac; fi
  list=$("$engine" -chdir="$1" state list 2>&1) || true
  case "$list" in *"No state file was found"*) return 1 ;; esac
  die "the state of $1 cannot be read: $list" {% if has_cloud %}"log in to {{ cloud | word }}: terraform login{% if has_other_host %} {{ cloud_host | word }}{% endif %}"{% else %}"the deploy role $deploy_role needs s3:GetObject on $bucket and kms:Decrypt on $key_alias"{% endif %}
}

plan_stack() { # directory, plan options; sets changes=yes or no
  local directory=$1 status=0 locked="if the state is locked: somebody is at work there, or a run was killed; then, $engine -chdir=$1 force-unlock ID"
  shift
  [ "$dry_run" = yes ] || remove_plan "$directory" # --saved is for what scripts/plan made
  # only the caller may read the file: a plan holds values that outputs hide
  (umask 077 && run "$engine" -chdir="$directory" plan -input=false -lock-timeout=2m -detailed-exitcode -out="$plan_file" "$@") || status=$?
  case "$status" in
    0) changes=no ;;
    2) changes=yes ;;
    *) die "the plan of $directory failed" "$hint" ${earlier:+"if it reads what is not made yet, it waits for: $earlier"} "$locked" ;;
  esac
  [ "$dry_run" = no ] || changes=yes
  [ "$changes" = yes ] || remove_plan "$directory"
}

# A plan holds the files as they were: it would apply what is no longer written here.
list_files() { # their sums, to be kept beside a plan
  find . -name .terraform -prune -o -type f \( -name '*.tf' -o -name '*.tofu' -o -name '*.yaml' -o -name '*.tpl' \) -exec cksum {} + | sort
}

remove_plan() { (cd -- "$1" && rm -f -- "$plan_file" "$plan_file.files"); }

# Plans a stack, asks, and applies exactly that plan. A failed apply may be planned and applied once more.
apply_stack() { # label, directory, plan options
  local label=$1 directory=$2 attempt
  shift 2
  for attempt in first second; do
    if [ "$attempt" = second ] || ! has --saved; then
      [ "$dry_run" = yes ] || planned=$directory # nobody applies later what is not answered with yes
      plan_stack "$directory" "$@"
    else
      changes=yes
      run "$engine" -chdir="$directory" show "$plan_file"
    fi
    if [ "$changes" = no ]; then
      planned=""
      say "$label: nothing to change"
      return 0
    fi
    confirm "Apply this plan to $label ($account)?"
    if run "$engine" -chdir="$directory" apply -input=false -lock-timeout=2m "$plan_file"; then
      [ "$dry_run" = yes ] || remove_plan "$directory"
      planned=""
      return 0
    fi
    remove_plan "$directory"
    [ "$attempt" = first ] || break
    say "The apply of $label failed; what it made is in the state. AWS may not know a new role or key everywhere yet."
    confirm "Plan $label again, to apply the rest?"
  done
  die "$label failed twice" "the state is safe: read the error above, correct the cause, run the same command again"
}
