import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SoukClient } from '@souk/client'
import { quantile } from './report.ts'

/** What comes before the sample: code that gets compiled, connections that get opened. */
const warmUp = 50

export interface Answers {
  acceptedMs: number[]
  detail: Record<string, number>
}

/**
 * One task at a time, in turn at each client's peer. Acceptance: from the call of the SDK's `submit`, over a connection
 * that is open, until `id` resolves: a majority of its custodians has it on disk, and the answer has come back. The next
 * one is submitted when the outcome of the last is here.
 */
export async function acknowledgements(clients: readonly SoukClient[], count: number): Promise<Answers> {
  const acceptedMs: number[] = []
  const endedMs: number[] = []
  const emptyMs: number[] = []
  for (let i = 0; i < warmUp + count; i++) {
    const client = clients[i % clients.length]!
    const asked = performance.now()
    await client.status()
    const began = performance.now()
    const handle = client.submit({ function: 'noop', args: [] })
    await handle.id
    const accepted = performance.now()
    await handle.outcome
    if (i < warmUp) continue
    emptyMs.push(began - asked)
    acceptedMs.push(accepted - began)
    endedMs.push(performance.now() - began)
  }
  const detail = {
    count,
    accepted_p50_ms: quantile(acceptedMs, 0.5),
    accepted_p90_ms: quantile(acceptedMs, 0.9),
    accepted_p99_ms: quantile(acceptedMs, 0.99),
    ended_p50_ms: quantile(endedMs, 0.5),
    /** a request that writes nothing, at the same peer, just before */
    status_request_p50_ms: quantile(emptyMs, 0.5),
    status_request_p99_ms: quantile(emptyMs, 0.99),
  }
  return { acceptedMs, detail }
}

/** How long this machine takes to have 4 KiB on the disk where the peers' folders are. */
export function diskMs(count: number): number[] {
  const folder = mkdtempSync(join(tmpdir(), 'souk-bench-disk-'))
  const file = openSync(join(folder, 'block'), 'w')
  try {
    const block = Buffer.alloc(4096, 1)
    return Array.from({ length: count }, () => {
      const began = performance.now()
      writeSync(file, block)
      fsyncSync(file)
      return performance.now() - began
    })
  } finally {
    closeSync(file)
    rmSync(folder, { recursive: true })
  }
}
