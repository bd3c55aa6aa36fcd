//! The examples that close each help text.

pub(super) const SOCA: &str = "\
Examples:
  soca login --endpoint https://soca.example.org
  soca submit -f job.sh             submit, watch, end with the job's status
  soca list                         what became of my jobs
  soca explain 1042                 why does it wait, why did it fail

Exit status: 0 done, 1 refused or failed, 2 the command line cannot be read.
SOCA_TOKEN, if set, is used as bearer token as it is.
Called as qsub, qstat or qdel, soca behaves as PBS does.";

pub(super) const LOGIN: &str = "\
Examples:
  soca login --endpoint https://soca.example.org
  soca login --user alice --password-stdin < password.txt";

pub(super) const LOGOUT: &str = "\
Example:
  soca logout";

pub(super) const WHOAMI: &str = "\
Examples:
  soca whoami
  soca whoami --json";

pub(super) const SUBMIT: &str = "\
The script's #PBS and #SOCA directives say what the job needs. Options as qsub takes them may
stand before or after the script and win over its directives. Only the variables that -v NAME
or -V ask for leave this machine.

Examples:
  soca submit job.sh
  soca submit -l instance_type=c5.large -l walltime=1:0:0 job.sh
  soca submit --dry-run job.sh      what would it cost
  soca submit -f job.sh             watch it, and end with its status
  id=$(soca submit --quiet job.sh)
  echo 'hostname' | soca submit -N where -

With -f the exit status is the job's own; 124 if it timed out, 1 if it ended without one, 130
after Ctrl-C, which leaves the job alone. With -f --json the last line on standard output is one
object, and the job's output goes to standard error.";

pub(super) const STATUS: &str = "\
Examples:
  soca status 1042
  soca status 1042 --json";

pub(super) const LIST: &str = "\
Besides a job's states, --state takes waiting (held or queued), active (not ended) and ended.

Examples:
  soca list
  soca list --state running
  soca list --all --limit 100
  soca list --state active --quiet  numbers only";

pub(super) const LOGS: &str = "\
Examples:
  soca logs 1042
  soca logs -f 1042                 until it ends
  soca logs --stderr 1042[17]       what element 17 of an array said";

pub(super) const EXPLAIN: &str = "\
Examples:
  soca explain 1042
  soca explain 1042 --json";

pub(super) const ELEMENTS: &str = "\
Example:
  soca elements 1042";

pub(super) const CANCEL: &str = "\
Examples:
  soca cancel 1042 1043
  soca list --state waiting --quiet | xargs soca cancel";

pub(super) const HOLD: &str = "\
Example:
  soca hold 1042";

pub(super) const RELEASE: &str = "\
Example:
  soca release 1042";

pub(super) const NODES: &str = "\
Example:
  soca nodes";

pub(super) const STACKS: &str = "\
Example:
  soca stacks";

pub(super) const QUEUES: &str = "\
Example:
  soca queues";

pub(super) const QUEUE: &str = "\
Everybody may look; only administrators change queues.

Examples:
  soca queue show normal
  soca queue set normal max_running_jobs=50 defaults.walltime=01:00:00
  soca queue import queue_mapping.yml --dry-run
  soca queue export queues.json";

pub(super) const PROJECT: &str = "\
Everybody may look; only administrators change projects. Jobs name theirs with -P.

Examples:
  soca project list
  soca project set wing --create budget=500 members=alice,group:cfd
  soca submit -P wing job.pbs";

pub(super) const PROJECT_LIST: &str = "\
Held is what jobs that have nodes may still cost; spent is what jobs have cost.

Examples:
  soca project list
  soca project list --json";

pub(super) const PROJECT_SHOW: &str = "\
Examples:
  soca project show wing
  soca project show wing --json";

pub(super) const PROJECT_SET: &str = "\
Keys: description, budget (US dollars), budget_kind (hard keeps jobs from starting that the budget
cannot pay, warn only shows it), shares (its part in fair-share queues), members (users and
group:NAME, separated by commas; empty is everybody).

Examples:
  soca project set wing --create budget=500 'description=The new wing'
  soca project set wing budget=750 members=alice,group:cfd shares=2
  soca project set wing budget_kind=warn
  soca project set wing budget=";

pub(super) const PROJECT_REMOVE: &str = "\
Jobs that the project has go on. Made again, it still knows what was spent.

Example:
  soca project remove wing";

pub(super) const QUEUE_SHOW: &str = "\
What is not listed is not limited. The keys are those of soca queue set.

Examples:
  soca queue show normal
  soca queue show normal --json";

pub(super) const QUEUE_SET: &str = "\
Keys are SOCA's where SOCA has one; docs/OPERATIONS.md describes all. Lists are separated by
commas, and an empty value clears a key.

Examples:
  soca queue set normal max_running_jobs=50 per_user.running_jobs=4
  soca queue set normal allowed_users=alice,group:cfd excluded_users=
  soca queue set normal defaults.instance_type=c6i.large+c6i.xlarge defaults.walltime=01:00:00
  soca queue set nights --create 'start_windows=mon-fri 19:00-07:00' max_walltime=10:00:00
  soca queue set normal reservations=cfd:8:2026-12-01T00:00:00Z/2026-12-24T00:00:00Z";

pub(super) const QUEUE_REMOVE: &str = "\
A queue with jobs stays, and so does the last one.

Example:
  soca queue remove nights";

pub(super) const QUEUE_IMPORT: &str = "\
FILE is SOCA's queue_mapping.yml, or what soca queue export wrote. Nothing is sent unless all of
it can be; queues that the file does not have stay as they are. What SOCA's file cannot say,
such as max_walltime, stays as well.

Examples:
  soca queue import queue_mapping.yml --dry-run
  soca queue import queue_mapping.yml --skip-unsupported
  soca queue import queues.json";

pub(super) const QUEUE_EXPORT: &str = "\
Examples:
  soca queue export                 to standard output
  soca queue export queues.json";

pub(super) const PRICE: &str = "\
Examples:
  soca price c5.large
  soca price hpc7a.96xlarge --nodes 4 --walltime 12:00:00";

pub(super) const DOCTOR: &str = "\
Example:
  soca doctor";

pub(super) const SCRIPT: &str = "\
Examples:
  soca script check job.sh
  soca script check --json job.sh   {\"request\":…}, or {\"unsupported\":[…]} and exit status 1";

pub(super) const SIMULATE: &str = "\
Policies: fcfs, easy, conservative, easy-sjf, soca. A trace is a log in Standard Workload Format:
a line of 18 numbers for each job, times in seconds.

Examples:
  soca simulate KTH-SP2.swf.gz
  soca simulate KTH-SP2.swf.gz --policy fcfs,easy,soca --plot kth.svg
  soca simulate jobs.swf --procs 512 --policy soca --csv jobs.csv
  soca simulate jobs.swf --capacity elastic --boot-seconds 30 --price-per-proc-hour 0.05";

pub(super) const COMPLETIONS: &str = "\
Example:
  soca completions bash > ~/.local/share/bash-completion/completions/soca";

pub(super) const VERSION: &str = "\
Example:
  soca version";

pub(super) const QSUB: &str = "\
Examples:
  soca qsub -N sim -l select=2:ncpus=36 job.sh
  soca qsub -l select=1:ncpus=8:mem=64gb:ngpus=1 job.sh
  soca qsub -l select=4:ncpus=16 -l instance_selection=fastest job.sh
  soca qsub -l spot_price=auto,spot_attempts=1 job.sh
  ln -s soca qsub                   and qsub job.sh does the same";

pub(super) const QSTAT: &str = "\
Examples:
  soca qstat
  soca qstat -f 1042
  soca qstat -x -f -F json 1042";

pub(super) const QDEL: &str = "\
Example:
  soca qdel 1042";
