#!/bin/sh
# A task whose effects can be seen: sh fenced-task.sh REGISTER TENTHS-OF-A-SECOND [COMMAND FOR ITS END]
#
# Its effects are lines "task fence what host milliseconds" appended to REGISTER. Appends are atomic, so the order of the
# lines is the order of the effects, and whether one counts follows from the lines before it: it counts unless a newer
# fence of its task came before. So there is no lock that a killed task could leave behind. A run whose effect does not
# count ends at once with exit code 75.

effect() {
  printf '%s %s %s %s %s\n' "$SOUK_TASK" "$SOUK_FENCE" "$1" "$SOUK_HOST" "$(date +%s%3N)" >>"$register"
  LC_ALL=C awk -v task="$SOUK_TASK" -v mine="$SOUK_FENCE" '
    # task:counter.peer.life, ordered by counter, then peer, then life
    function older(x, y, a, b) {
      split(substr(x, index(x, ":") + 1), a, ".")
      split(substr(y, index(y, ":") + 1), b, ".")
      if (a[1] != b[1]) return a[1] + 0 < b[1] + 0
      if (a[2] != b[2]) return a[2] "" < b[2] ""
      return a[3] + 0 < b[3] + 0
    }
    $1 == task && (newest == "" || older(newest, $2)) { newest = $2 }
    END { exit older(mine, newest) }
  ' "$register" || exit 75
}

register=$1
tenths=$2
shift 2
effect start
# In small steps: a task that was frozen goes on at once when it is let go.
while [ "$tenths" -gt 0 ]; do
  sleep 0.1
  tenths=$((tenths - 1))
done
effect end
if [ $# -gt 0 ]; then "$@" || exit 1; fi
printf '%s\n' "$SOUK_FENCE"
