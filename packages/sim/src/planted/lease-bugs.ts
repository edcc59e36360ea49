import type { PeerInput } from '@souk/peer'
import { heard } from './messages.ts'
import { cutting, losing, type PlantedBug } from './planted-bug.ts'

export const leaseBugs: readonly PlantedBug[] = [
  {
    name: 'runs-on-without-a-lease',
    about: 'does not stop a run whose lease ran out, or that was fenced',
    breaks: ['I5'],
    where: cutting,
    tamper: () => ({ act: (effect) => (effect.type === 'stop' && effect.code === 'fenced' ? [] : [effect]) }),
  },
  {
    name: 'renews-after-fencing',
    about: 'hears no fence and no refused renewal, and goes on renewing',
    breaks: ['I5'],
    where: cutting,
    tamper: () => ({
      hear: (input) =>
        heard(input, 'renewed', (renewed) => [{ ...renewed, refused: [] }]).flatMap((left) =>
          heard(left, 'fenced', () => []),
        ),
    }),
  },
  {
    name: 'does-not-extend-leases',
    about: 'answers renewals without counting them',
    breaks: ['I5'],
    where: losing,
    tamper: () => ({
      hear: (input, moment) =>
        heard(input, 'renew', ({ seq }, { peer }) => {
          moment.say({ type: 'send', to: peer, message: { t: 'renewed', seq, again: false, refused: [], lacking: [] } })
          return []
        }),
    }),
  },
  {
    name: 'recovers-on-a-lost-connection',
    about: 'takes a bearer for gone when a connection ends, without waiting for its lease',
    breaks: ['I5'],
    where: cutting,
    tamper: () => {
      const lives = new Map<string, Extract<PeerInput, { type: 'connected' }>>()
      return {
        hear(input) {
          if (input.type === 'connected') lives.set(input.peer, input)
          const last = input.type === 'disconnected' ? lives.get(input.peer) : undefined
          return last === undefined ? [input] : [{ ...last, incarnation: last.incarnation + 1 }, input]
        },
      }
    },
  },
]
