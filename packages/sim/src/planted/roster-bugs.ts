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
    where: anything,
    tamper: () => {
      let own = 0
      return {
        hear(input, { self }) {
          if (input.type === 'start') own = input.incarnation
          if (input.type !== 'frame') return [input]
          const messages = input.frame.messages.map((message) => {
            if (!('updates' in message)) return message
            const updates = message.updates.filter(({ peer, incarnation }) => peer !== self || incarnation <= own)
            return { ...message, updates }
          })
          return [{ ...input, frame: { ...input.frame, messages } }]
        },
        act: (effect) => (effect.type === 'trace' && effect.event.type === 'store.behind' ? [] : [effect]),
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
