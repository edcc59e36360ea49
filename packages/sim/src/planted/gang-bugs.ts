import type { PeerInput } from '@souk/peer'
import { heard, messageFrom } from './messages.ts'
import type { PlantedBug, PlantedWhere } from './planted-bug.ts'

const ganging: PlantedWhere = { profile: 'gangs', peers: 4, tasks: 120 }

export const gangBugs: readonly PlantedBug[] = [
  {
    name: 'counts-on-room-that-nobody-keeps',
    about: 'takes every host that keeps room for some of a gang for one that keeps it for all',
    breaks: ['gang'],
    where: ganging,
    tamper: () => {
      const sizes = new Map<string, number>()
      return {
        hear: (input) =>
          heard(input, 'reserved', (reserved) => {
            const { gang, count } = reserved
            return [{ ...reserved, count: count > 0 ? (sizes.get(gang) ?? count) : 0 }]
          }),
        act(effect) {
          if (effect.type === 'send' && effect.message.t === 'reserve')
            sizes.set(effect.message.gang, effect.message.count)
          return [effect]
        },
      }
    },
  },
  {
    name: 'never-frees-what-it-kept',
    about: 'keeps room for a gang until it is used, whatever its asker says since',
    breaks: ['I13', 'idle', 'I7', 'G4'],
    where: ganging,
    tamper: () => {
      let last: PeerInput | undefined
      return {
        hear(input, moment) {
          if (input.type === 'wake' && last) moment.hear(last)
          return heard(input, 'reserve', (reserve, from) => {
            last = messageFrom(from, { ...reserve, patient: true })
            return [reserve]
          }).flatMap((left) => heard(left, 'unreserve', () => []))
        },
      }
    },
  },
]
