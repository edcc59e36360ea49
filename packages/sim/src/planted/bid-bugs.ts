import { heard, sent } from './messages.ts'
import { anything, type PlantedBug } from './planted-bug.ts'

export const bidBugs: readonly PlantedBug[] = [
  {
    name: 'ignores-what-its-host-lacks',
    about: 'does not hear that its host runs out of memory or disk, and goes on bidding',
    breaks: ['I19'],
    where: { profile: 'pressed', peers: 5, tasks: 100 },
    tamper: () => ({ hear: (input) => (input.type === 'readings' ? [] : [input]) }),
  },
  {
    name: 'holds-room-until-it-is-awarded',
    about: 'bids its room to nobody else for as long as whoever was bid it does not award it',
    breaks: ['I7'],
    where: anything,
    tamper: () => {
      let held = false
      return {
        hear: (input) =>
          heard(input, 'award', (award) => {
            held = false
            return [award]
          }),
        act(effect) {
          const bid = sent(effect, 'bid')
          if (bid === undefined || effect.type !== 'send') return [effect]
          const { lot } = bid
          const refusal = { code: 'reserved', never: false, etaMs: 250, detail: 'bid to others' } as const
          const message = held ? ({ t: 'noBid', lot, refusal } as const) : bid
          held = true
          return [{ ...effect, message }]
        },
      }
    },
  },
]
