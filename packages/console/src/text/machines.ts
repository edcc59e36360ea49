/** What the machines of a peer do of themselves when their time has come. */
const doings: Readonly<Record<string, string>> = {
  roster: 'asks whether others are alive, says what this host offers',
  custodian: 'leases, expiries, and what need not be kept any longer',
  submitter: 'submits that custodians have not all stored yet',
  bearer: 'leases and answers of the tasks it bears',
  auctioneer: 'ends an auction, or looks for a host again',
  bidder: 'asks others for work that waits',
  gangs: 'gangs that gather or wait for room',
  reservations: 'room that is kept for gangs',
  planner: 'plans that others are asked for',
  host: 'a run that reaches its time limit',
  dependencies: 'asks whether tasks that others wait for have ended',
  drain: 'what is still to be given away',
  stragglers: 'a run that may begin to lag',
  speculator: 'renews second runs elsewhere',
  backups: 'second runs here that nobody renews',
  demand: 'counts what was asked for, and forecasts',
  rebalancer: 'looks for work to give away',
  mover: 'moves of a plan',
  capacity: 'looks whether the mesh has room enough',
  desk: "clients' questions that others have not answered",
  traces: 'reads of the trace that others have not answered',
  outlet: 'messages and writes that wait for company',
}

/** '' for one that this console does not know. */
export const doingOf = (machine: string): string => doings[machine] ?? ''
