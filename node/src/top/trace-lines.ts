import type { TracedEvent } from '@souk/client'
import type { AuctionLine, MoveLine } from './top-data.ts'

/** Of each kind so many are shown; older ones go. */
const linesMax = 200

/** Auctions and moves out of the trace of the mesh, which comes oldest first: they come newest first. */
export function linesOf(events: readonly TracedEvent[]): { auctions: AuctionLine[]; moves: MoveLine[] } {
  const auctions: AuctionLine[] = []
  const moves: MoveLine[] = []
  for (const event of events) {
    if (event.type === 'auction.asked') auctions.push(auctionOf(event))
    else if (event.type === 'auction.closed') close(auctions, event)
    else {
      const move = moveOf(event)
      if (move) moves.push(move)
    }
  }
  return { auctions: newest(auctions), moves: newest(moves) }
}

const newest = <T>(lines: readonly T[]): T[] => lines.slice(-linesMax).reverse()

function auctionOf({ by, lot, wallMs, count, asked, class: name }: TracedEvent): AuctionLine {
  return { by, lot: Number(lot), wallMs, class: String(name), tasks: Number(count), asked: Number(asked) }
}

function close(auctions: readonly AuctionLine[], { by, lot, bids, awarded, closed, tookMs }: TracedEvent): void {
  const auction = auctions.findLast((line) => line.by === by && line.lot === Number(lot))
  if (auction === undefined) return
  auction.closed = { bids: Number(bids), awarded: Number(awarded), why: String(closed), tookMs: Number(tookMs) }
}

/** The types of trace events that lines are made of, for the peer to send no others. */
export const lineTypes = [
  'auction.asked',
  'auction.closed',
  'wanted.given',
  'task.bounced',
  'task.recovered',
  'task.putBack',
  'task.shed',
  'task.givenUp',
  'task.backedUp',
] as const

const whats: Record<string, string> = {
  'wanted.given': 'fetched',
  'task.bounced': 'bounced',
  'task.recovered': 'recovered',
  'task.putBack': 'put back',
  'task.shed': 'asked to go on elsewhere',
  'task.givenUp': 'given up',
  'task.backedUp': 'run twice',
}

function moveOf({ type, by, seq, wallMs, task, to, count, code }: TracedEvent): MoveLine | undefined {
  const what = whats[type]
  if (what === undefined) return undefined
  return {
    wallMs,
    by,
    seq,
    what,
    ...(task === undefined ? {} : { task: String(task) }),
    tasks: count === undefined ? 1 : Number(count),
    ...(to === undefined ? {} : { to: String(to) }),
    why: typeof code === 'string' ? code : what === 'fetched' ? 'it had room and asked' : '',
  }
}
