import type { Driver, PeerHandle } from '@souk/runtime'

/** The peer under the name that people gave its mesh, with the driver's counters. */
export function named(driver: Driver, meshName: string): PeerHandle {
  return {
    self: driver.self,
    attach: (listener) => driver.attach(listener),
    detach: (client) => driver.detach(client),
    input: (input) => driver.input(input),
    written: () => driver.written(),
    whyUnlucky: (task) => driver.whyUnlucky(task),
    trace: (...reader) => driver.trace(...reader),
    snapshot: () => {
      const { counters, ...rest } = driver.snapshot() as { counters: Record<string, number> }
      const { rejected, ...own } = driver.counters()
      const refused = Object.entries(rejected).map(([code, count]) => [`rejected.${code}`, count])
      return { ...rest, counters: { ...counters, ...own, ...Object.fromEntries(refused) }, mesh: meshName }
    },
  }
}
