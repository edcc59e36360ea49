import type { Reply, Write } from '@souk/peer'
import type { PeerBlobs } from './blob-access.ts'
import { BlobUpkeep, type BlobUpkeepOptions } from './blob-upkeep.ts'
import type { PeerMachine } from './driver-options.ts'
import { SubmitGate, type SubmitInput } from './submit-gate.ts'

export interface BlobCustodyOptions extends Omit<BlobUpkeepOptions, 'kept'> {
  access: PeerBlobs
  peer: PeerMachine
  /** straight to the machine */
  submit(submit: SubmitInput): void
  reply(client: number, reply: Reply): void
}

/** The custody of blobs: on custodians' disks before a task that reads them is accepted, and for as long as it is kept. */
export class BlobCustody {
  readonly #gate: SubmitGate
  readonly #upkeep: BlobUpkeep

  constructor({ peer, submit, reply, ...parts }: BlobCustodyOptions) {
    this.#upkeep = new BlobUpkeep({ ...parts, kept: peer })
    this.#gate = new SubmitGate({
      ...parts,
      custodiansOf: (submission) => peer.custodiansOf(submission),
      pass: submit,
      refuse: reply,
    })
  }

  start(): void {
    this.#upkeep.start()
  }

  stop(): void {
    this.#gate.stop()
    this.#upkeep.stop()
  }

  /** What of a submit may go to the machine at once, if anything. */
  take(submit: SubmitInput): SubmitInput | undefined {
    return this.#gate.take(submit)
  }

  onWrites(writes: readonly Write[]): void {
    this.#upkeep.onWrites(writes)
  }
}
