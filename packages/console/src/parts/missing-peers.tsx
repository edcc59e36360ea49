import { useNames } from '../live/use-feed.ts'

/** Whose part is not in what is shown. */
export function MissingPeers({ peers }: { peers: readonly string[] }) {
  const nameOf = useNames()
  if (peers.length === 0) return <span class="quiet">all peers</span>
  return <span class="quiet">all peers but {peers.map(nameOf).join(', ')}, out of reach</span>
}
