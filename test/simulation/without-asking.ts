import { peerSubject, type Subject, simulatedConfig } from '@souk/sim'

/**
 * The real peers without rebalancing: no host with room asks others for what waits with them (WANTED), and no host
 * gives up what is queued there, so a task goes where its bearer's auctions find room, and nowhere else.
 */
export function withoutAsking(): Subject {
  const config = simulatedConfig()
  const subject = peerSubject({ ...config, rebalance: { ...config.rebalance, on: false } })
  return {
    ...subject,
    makePeer(self, prng) {
      const peer = subject.makePeer(self, prng)
      const step = peer.step.bind(peer)
      peer.step = (input, now, out) => {
        const before = out.length
        step(input, now, out)
        const said = out.splice(before)
        out.push(...said.filter((effect) => effect.type !== 'send' || effect.message.t !== 'wanted'))
      }
      return peer
    },
  }
}
