import type { PeerEffect, PeerInput } from '@souk/peer'
import type { Baton, Bearer, Message, MessageOf, MessageTag } from '@souk/wire'

/** The same input, with every message of this kind in it replaced; other inputs stay. */
export function heard<T extends MessageTag>(
  input: PeerInput,
  tag: T,
  replace: (message: MessageOf<T>, from: Bearer) => Message[],
): PeerInput[] {
  if (input.type !== 'frame') return [input]
  const { from, frame } = input
  if (!frame.messages.some(({ t }) => t === tag)) return [input]
  const life = { peer: from, incarnation: frame.incarnation }
  const messages = frame.messages.flatMap((message) =>
    message.t === tag ? replace(message as MessageOf<T>, life) : [message],
  )
  return [{ ...input, frame: { ...frame, messages } }]
}

/** As if this message alone had come from a peer. */
export function messageFrom({ peer, incarnation }: Bearer, message: Message): PeerInput {
  const load = { seq: 0, waiting: 0, freeSlots: 0, running: 0, draining: false, saidMs: 0 }
  return { type: 'frame', from: peer, frame: { incarnation, load, messages: [message] } }
}

/** The message that this effect sends, if it is of that kind. */
export function sent<T extends MessageTag>(effect: PeerEffect, tag: T): MessageOf<T> | undefined {
  return effect.type === 'send' && effect.message.t === tag ? (effect.message as MessageOf<T>) : undefined
}

/** The same award, with every baton replaced. */
export function awardOf(effect: PeerEffect, replace: (baton: Baton) => Baton): PeerEffect[] {
  const award = sent(effect, 'award')
  if (award === undefined || effect.type !== 'send') return [effect]
  return [{ ...effect, message: { ...award, batons: award.batons.map(replace) } }]
}
