import { join } from 'node:path'
import type { Scaler, ScalerOptions } from '@souk/runtime'
import type { DataFolder } from '../data-folder.ts'
import type { MembershipDesk } from '../membership-desk.ts'
import type { PeerSettings } from '../peer-options.ts'
import type { PeerProcess, PeerProcessOptions } from '../peer-process.ts'
import type { ScaleSettings } from '../scale-options.ts'
import { CommandScaler } from './command-scaler.ts'
import { LocalScaler } from './local-scaler.ts'
import { type Removals, RemovingScaler } from './removing-scaler.ts'

/** A local peer that drains needs some; a command is asked again after that. */
const tryMsMax = 60_000

interface Needs {
  folder: DataFolder
  settings: PeerSettings
  environment: Record<string, string>
  startPeer(options: PeerProcessOptions): Promise<PeerProcess>
}

/** What starts and ends further peers, where the options want that. */
export function makeScaler(options: Needs, desk: MembershipDesk, removals: Removals): { scaling?: ScalerOptions } {
  const { scaling } = options.settings
  if (scaling === undefined) return {}
  return { scaling: { scaler: scalerOf(scaling, options, { desk, removals }), tryMsMax } }
}

function scalerOf(
  scaling: ScaleSettings,
  { folder, settings, environment, startPeer }: Needs,
  { desk, removals }: { desk: MembershipDesk; removals: Removals },
): Scaler {
  const invite = async (): Promise<string> => (await desk.invite({ role: 'host', uses: 1 })).line
  const { slots, command } = scaling
  if (command !== undefined) return new CommandScaler({ command, environment, slots, invite })
  const local = new LocalScaler({
    folder: join(folder.path, 'scaled'),
    peerArguments: settings.ownerWords,
    name: settings.name,
    slots,
    invite,
    startPeer,
  })
  // Its peers have ended when it says so, and their keys with them; what a command does is not known.
  return new RemovingScaler(local, removals)
}
