export interface InviteOptions {
  role?: 'host' | 'submit' | 'observe' | 'admin'
  name?: string
  /** how many may join with it; default 1 */
  uses?: number
  /** how long the line is good for */
  validMs?: number
  signal?: AbortSignal
}

export interface RemoveOptions {
  /** also where it is alive: what runs there is cut off, and runs elsewhere once its lease is over. Default: refused then */
  alive?: boolean
  /** also where tasks could never end then, since most of those that keep them would be removed. Default: refused then */
  lose?: boolean
  signal?: AbortSignal
}

export interface Removed {
  peer: string
  name: string
  role: string
  /**
   * Open tasks that it kept with others, as far as those that could be asked knew (`missing` did not answer): of `kept` enough of
   * their custodians are left, so that others take its place; nothing ends the `unendable` ones any more, of which `ids` are some.
   */
  tasks: { kept: number; unendable: number; ids: string[]; missing: string[] }
}

/** Who is a member of the mesh; role admin, at a peer that holds the key of the mesh. */
export interface MembershipCalls {
  /** a one-line invitation for another host or person */
  invite(options?: InviteOptions): Promise<{ line: string; expiresAt: string }>
  /**
   * Removes a peer, by id or name, for good: every other peer refuses it from now on, keeps no task with it and does not
   * count it any more. Its host can join again as a new peer. Of an admin that is not enough where others may read its disk:
   * the key of the mesh is there. Rejects with `peer-unknown`, `peer-ambiguous`, `peer-alive`, `tasks-unendable`, `removal-self`,
   * `not-admin`, `removals-full`.
   */
  remove(peer: string, options?: RemoveOptions): Promise<Removed>
}
