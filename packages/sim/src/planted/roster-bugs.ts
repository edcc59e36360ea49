import type { PeerInput } from '@souk/peer'
import type { Advert, Incarnation, MemberUpdate, Message, PeerId } from '@souk/wire'
import { lifeProofOf } from '../hosts.ts'
import { anything, crashing, type PlantedBug } from './planted-bug.ts'

export const rosterBugs: readonly PlantedBug[] = [
  {
    name: 'keeps-its-incarnation',
    about: 'begins every life as its first, whatever it is told of later ones',
    breaks: ['I9', 'I10', 'I16'],
    where: crashing,
    tamper: () => ({
      hear(input, { self }) {
        if (input.type === 'start') return [{ ...input, incarnation: 1, proof: lifeProofOf(self, 1) }]
        return unaware(input, { peer: self, own: 1 })
      },
    }),
  },
  {
    name: 'goes-on-with-an-old-disk',
    about: 'does not hear that others know later lives of it than its disk, and goes on voting',
    breaks: ['I1', 'I3', 'I4', 'I16'],
    // Of three its vote is needed often, and while it is old many tasks have to be under way.
    where: { ...anything, peers: 3, tasks: 300 },
    tamper: () => {
      let own = 0
      return {
        hear(input, { self }) {
          if (input.type === 'start') own = input.incarnation
          return unaware(input, { peer: self, own })
        },
      }
    },
  },
  {
    name: 'goes-on-after-its-removal',
    about: 'does not stop when it hears that it was removed from the mesh',
    breaks: ['I10'],
    where: anything,
    tamper: () => ({
      act: (effect, { self }) => (effect.type === 'expel' && effect.removal.peer === self ? [] : [effect]),
    }),
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

/** The same input without what it says of later lives of this peer than the one that it takes for its own. */
function unaware(input: PeerInput, { peer, own }: { peer: PeerId; own: Incarnation }): PeerInput[] {
  const later = (said: Advert | MemberUpdate) => said.peer === peer && said.incarnation > own
  if (input.type === 'gossip') return later(input.advert) ? [] : [input]
  if (input.type !== 'frame') return [input]
  // Who says so has answered: that counts for the majority whose word it waits for.
  const messages = input.frame.messages.flatMap((message): Message[] => {
    const heard = withoutLater(message, later)
    return heard === message ? [message] : [heard, { t: 'ack', nonce: 0, updates: [] }]
  })
  return [{ ...input, frame: { ...input.frame, messages } }]
}

/** The message itself where there is nothing of the kind in it. */
function withoutLater(message: Message, later: (said: Advert | MemberUpdate) => boolean): Message {
  if (message.t === 'adverts' && message.adverts.some(later)) {
    return { ...message, adverts: message.adverts.filter((advert) => !later(advert)) }
  }
  if ('updates' in message && message.updates.some(later)) {
    return { ...message, updates: message.updates.filter((update) => !later(update)) }
  }
  return message
}
