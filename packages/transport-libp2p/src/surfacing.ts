import type { TransportEvents } from '@souk/runtime'

/**
 * An error thrown by the driver is a bug of this peer: it must end the process, not look like a broken stream of
 * whoever happened to send the frame.
 */
export function surfacing(events: TransportEvents): TransportEvents {
  const call =
    <A extends unknown[]>(listener: (...args: A) => void) =>
    (...args: A): void => {
      try {
        listener(...args)
      } catch (error) {
        queueMicrotask(() => {
          throw error
        })
      }
    }
  return {
    connected: call(events.connected.bind(events)),
    disconnected: call(events.disconnected.bind(events)),
    frame: call(events.frame.bind(events)),
    gossip: call(events.gossip.bind(events)),
    removed: call(events.removed.bind(events)),
    rejected: call(events.rejected.bind(events)),
    transferred: call(events.transferred.bind(events)),
  }
}
