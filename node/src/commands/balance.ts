import { setTimeout as wait } from 'node:timers/promises'
import type { AppliedPlan, SoukClient } from '@souk/client'
import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import { addNotes } from '../help-notes.ts'
import { fetchPeerNames } from '../peer-names.ts'
import { appliedText } from '../print/applied-text.ts'
import { balanceText } from '../print/balance-text.ts'
import { type PeerChoice, withSession } from '../session.ts'

interface BalanceOptions extends PeerChoice {
  json?: boolean
  apply?: boolean
}

/** so long --apply looks whether what was moved has begun, and so often */
const effectMsMax = 10_000
const lookMs = 500

export const balance: CommandModule = {
  define(command, context, done) {
    command
      .option('--apply', 'carry the plan out, then show the predicted effect beside the real one (role admin)')
      .action(async (options: BalanceOptions) => {
        const { out, err, colours, outWidth } = context.terminal
        await withSession(context, options, async (client) => {
          if (!options.apply) {
            const seen = await client.balance()
            out(
              options.json ? JSON.stringify(seen) : balanceText(seen, await fetchPeerNames(client), colours, outWidth),
            )
            return
          }
          const applied = await untilBegun(client, await client.applyBalance())
          if (options.json) out(JSON.stringify(applied))
          else out(appliedText(applied, await fetchPeerNames(client), colours, 0))
          if (!options.json && applied.real.waiting > 0)
            err(colours.dim('souk balance shows what comes of the others, as long as this peer runs'))
        })
        done(0)
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk balance', 'how work is spread, what keeps tasks waiting, which should move where and why'],
      ['souk balance --apply', 'have the hosts with room fetch what the plan gives them'],
      [`souk balance --json | jq '.imbalance.cv'`, 'how uneven it is, as one number'],
    ])
    addNotes(
      command,
      `Utilisation is what was promised to runs, on average over the last 30 s. CV is the standard deviation of the hosts' shares
of taken slots over their mean; its floor is the least that this work can have: runs as long as that cannot be divided.
A bottleneck is the resource that the hosts which could run what waits lack first.`,
      '',
      `A task moves where it starts earlier by more than half a run and by a fifth of its wait, with round trips and the transfer
of its inputs counted; what stays says why. Peers do by themselves what the plan says. With souk up --no-rebalance nothing
moves by itself after its first hand-over: then a plan moves it only by --apply. Work still finds its first host by auction,
hosts with room still ask for what waits with its bearer, drains still empty a peer. --moves-per-minute bounds all moves of a
peer but those of a drain. A host that is short of memory or disk, or overloaded, takes nothing and, unless --no-rebalance, gives up
its queue; where it stays short of memory for 10 s more, its largest run with --checkpoint goes on elsewhere, and the next one
after as long again.`,
    )
  },
}

async function untilBegun(client: SoukClient, applied: AppliedPlan): Promise<AppliedPlan> {
  let seen = applied
  const untilMs = performance.now() + effectMsMax
  while (seen.moves.some(({ handed }) => handed > 0) && performance.now() < untilMs) {
    await wait(lookMs)
    const { applied: now } = await client.balance()
    if (now?.at === seen.at) seen = now
    if (seen.real.started > 0 && seen.real.waiting === 0) break
  }
  return seen
}
