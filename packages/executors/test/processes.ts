import { readFileSync } from 'node:fs'

/** Resolves when a process is gone (or a zombie that nobody reaps); rejects after 30 s. */
export async function processGone(pid: number): Promise<void> {
  if (!Number.isInteger(pid) || pid < 2) throw new Error(`not a pid: ${pid}`)
  const end = performance.now() + 30_000
  while (alive(pid)) {
    if (performance.now() > end) throw new Error(`process ${pid} is still there`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return !text.slice(text.lastIndexOf(')')).startsWith(') Z')
  } catch {
    return process.platform !== 'linux'
  }
}
