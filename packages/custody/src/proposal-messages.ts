import type { MessageOf, PeerId } from '@souk/wire'
import type { CustodianSays } from './custodian-io.ts'
import type { Entry } from './entry.ts'
import { type Proposal, voteOf } from './proposal.ts'

type Said = { to: PeerId; message: CustodianSays }

/** The messages of an undertaking's stage, to all that have not answered them. */
export function messagesOf(proposal: Proposal, entry: Entry | undefined): Said[] {
  const { record, ballot } = proposal
  const silent = record.custodians.filter((peer) => !proposal.answers.has(peer))
  const toSilent = (message: CustodianSays): Said[] => silent.map((to) => ({ to, message }))
  switch (proposal.stage) {
    case 'asking':
      return toSilent({ t: 'leaseAsk', ...voteOf(proposal, ballot) })
    case 'preparing':
      return toPrepare(proposal).map((to) => ({ to, message: prepareOf(proposal, entry) }))
    case 'stopping':
      return fencesOf(proposal)
    case 'committing':
      return toSilent(commitOf(proposal))
    case 'storing':
      return storesOf(proposal, entry)
  }
}

/** This peer's own promise comes first: once that is on disk, no later life of it can use the counter again. */
function toPrepare({ record, ballot, answers }: Proposal): PeerId[] {
  const silent = record.custodians.filter((peer) => !answers.has(peer))
  return silent.includes(ballot.peer) ? [ballot.peer] : silent
}

function prepareOf(proposal: Proposal, entry: Entry | undefined): MessageOf<'prepare'> {
  const { record, ballot, aim } = proposal
  const attempts = [...(entry?.attempts ?? [])]
  const said: MessageOf<'prepare'> = { t: 'prepare', ...voteOf(proposal, ballot), aim, record, attempts }
  if (entry?.ending) said.ending = entry.ending
  return said
}

function fencesOf({ record, lastBearers, ballot: promised, code }: Proposal): Said[] {
  return lastBearers.left.map(({ ballot, bearer }) => ({
    to: bearer.peer,
    message: { t: 'fenced', task: record.id, ballot, promised, code, final: true },
  }))
}

export function commitOf(proposal: Proposal): MessageOf<'commit'> {
  const { record, ballot, decree } = proposal
  return { t: 'commit', ...voteOf(proposal, ballot), decree: decree!, record }
}

function storesOf({ next, begun }: Proposal, entry: Entry | undefined): Said[] {
  const { record, ballot, stored } = next!
  const message: MessageOf<'store'> = { t: 'store', record, ballot, attempts: [...(entry?.attempts ?? [])] }
  if (begun || entry?.begun) message.begun = true
  // Also to custodians that said ALREADY: each answer makes the proposer look again whether the version stands.
  return record.custodians.filter((to) => !stored.has(to)).map((to) => ({ to, message }))
}
