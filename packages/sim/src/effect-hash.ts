import type { PeerEffect, Reply } from '@souk/peer'
import type { Ballot, Message } from '@souk/wire'
import type { TraceHash } from './trace-hash.ts'

/** Adds the key fields of one effect to the hash of the run. */
export function hashEffect(hash: TraceHash, effect: PeerEffect): void {
  hash.text(effect.type)
  switch (effect.type) {
    case 'send':
      hash.text(effect.to)
      hashMessage(hash, effect.message)
      break
    case 'publish':
      hash.number(effect.advert.incarnation)
      hash.number(effect.advert.seq)
      break
    case 'persist':
      hash.number(effect.seq)
      for (const { key, value } of effect.writes) {
        hash.text(key)
        hash.number(value === undefined ? 0 : 1)
      }
      break
    case 'run':
    case 'lineUp':
      hash.text(effect.order.task)
      hashBallot(hash, effect.order.ballot)
      break
    case 'takeBack':
      hash.text(effect.task)
      hashBallot(hash, effect.ballot)
      break
    case 'stop':
      hash.text(effect.task)
      hashBallot(hash, effect.ballot)
      hash.text(effect.code)
      break
    case 'reply':
      hash.number(effect.client)
      hashReply(hash, effect.reply)
      break
    case 'trace':
      hash.text(effect.event.type)
      if ('task' in effect.event) hash.text(effect.event.task)
      if ('peer' in effect.event) hash.text(effect.event.peer)
      break
    case 'warm':
      hash.text(effect.order.class)
      hash.number(effect.order.workers)
      break
    case 'expel':
      hash.text(effect.removal.peer)
      break
    case 'scale':
      hash.text(effect.intent.id)
      break
  }
}

function hashBallot(hash: TraceHash, { counter, peer, incarnation }: Ballot): void {
  hash.number(counter)
  hash.text(peer)
  hash.number(incarnation)
}

function hashReply(hash: TraceHash, reply: Reply): void {
  hash.text(reply.type)
  if ('tag' in reply) hash.number(reply.tag)
  if ('task' in reply) hash.text(reply.task)
  if (reply.type === 'outcome') hash.text(reply.outcome.kind)
}

function hashMessage(hash: TraceHash, message: Message): void {
  hash.text(message.t)
  if ('task' in message) hash.text(message.task)
  if ('ballot' in message) hashBallot(hash, message.ballot)
  if ('lot' in message) hash.number(message.lot)
  if ('nonce' in message) hash.number(message.nonce)
  if ('seq' in message) hash.number(message.seq)
  if (message.t !== 'award') return
  for (const baton of message.batons) {
    hash.text(baton.record.id)
    hashBallot(hash, baton.ballot)
  }
}
