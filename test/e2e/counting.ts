import { join } from 'node:path'

/** A command for tests of checkpoints, and the files by which it is watched and let go. */
export interface Counting {
  /** how far it is */
  counted: string
  /** once this file is there it is done */
  gate: string
  script: string
}

/** Counts from what it finds in its file until the gate is open; when it is told to end it writes how far it is. */
export function countingIn(root: string): Counting {
  const [counted, gate] = [join(root, 'counted'), join(root, 'open')]
  const script = `
n=$(cat at 2>/dev/null || echo 0)
echo "from $n \${SOUK_CHECKPOINT:+with its checkpoint}, attempt $SOUK_ATTEMPT"
trap 'echo $n > at; exit 0' TERM
while [ ! -e ${gate} ]; do n=$((n+1)); echo $n > ${counted}; sleep 0.05; done
echo done`
  return { counted, gate, script }
}
