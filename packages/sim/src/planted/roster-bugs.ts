import type { Advert, Message } from '@souk/wire'
import { anything, crashing, type PlantedBug } from './planted-bug.ts'

export const rosterBugs: readonly PlantedBug[] = [
  {
    name: 'keeps-its-incarnation',
    about: 'begins every life as its first',
    breaks: ['I9', 'I10', 'I16'],
    where: crashing,
    tamper: () => ({ hear: (input) => [input.type === 'start' ? { ...input, incarnation: 1 } : input] }),
  },
  {
    name: 'goes-on-with-an-old-disk',
    about: 'does not hear that others know later lives of it than its disk, and goes on voting',
    breaks: ['I1', 'I3', 'I4', 'I16'],
    // Of three its vote is needed often.
    where: { ...anything, peers: 3, tasks: 150 },
    tamper: () => {
      let own = 0
      return {
        hear(input, { self }) {
          if (input.type === 'start') own = input.incarnation
          const later = ({ peer, incarnation }: Advert) => peer === self && incarnation > own
          if (input.type === 'gossip') return later(input.advert) ? [] : [input]
          if (input.type !== 'frame') return [input]
          // Who says so has answered: that counts for the majority whose word it waits for.
          const messages = input.frame.messages.flatMap((message): Message[] => {
            if (message.t !== 'adverts' || !message.adverts.some(later)) return [message]
            const adverts = message.adverts.filter((advert) => !later(advert))
            return [
              { ...message, adverts },
              { t: 'ack', nonce: 0, updates: [] },
            ]
          })
          return [{ ...input, frame: { ...input.frame, messages } }]
        },
      }
    },
  },
  {
    name: 'never-refutes',
    about: 'does not hear what others say of itself, and so stays dead for them',
    breaks: ['I10'],
    where: anything,
    tamper: () => ({
      hear(input, { self }) {
        if (input.type !== 'frame') return [input]
        const messages = input.frame.messages.map((message) =>
          'updates' in message ? { ...message, updates: message.updates.filter(({ peer }) => peer !== self) } : message,
        )
        return [{ ...input, frame: { ...input.frame, messages } }]
      },
    }),
  },
]
