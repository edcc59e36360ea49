/**
 * Milliseconds by a clock that all processes of this host read alike: a peer can tell its guardian *when* something is
 * due, and however late the guardian reads it, it is due then. (`process.hrtime`: CLOCK_MONOTONIC on Linux,
 * mach_continuous_time on macOS. `performance.now` counts from the start of each process.)
 */
export function hostNow(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
