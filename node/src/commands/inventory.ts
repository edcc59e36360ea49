import { detectInventory, type Inventory } from '@souk/inventory'
import { usageError } from '../cli-error.ts'
import { addExamples, addJson, type CommandModule, collect } from '../command-module.ts'
import type { Context } from '../context.ts'
import { dataFolder } from '../data-folder.ts'
import { addNotes } from '../help-notes.ts'
import { inventoryFileExample, readInventoryFile } from '../inventory-file.ts'
import { inventoryText } from '../print/inventory-text.ts'
import { usageText } from '../print/usage-text.ts'
import { withSession } from '../session.ts'
import { readThroughput } from '../throughput-file.ts'

interface InventoryOptions {
  data?: string
  inventory?: string
  peer?: boolean
  endpoint?: string[]
  json?: boolean
}

/** In the help: what only the owner of a host knows is written by hand. */
export const inventory: CommandModule = {
  define(command, context, done) {
    command
      .option('--data <folder>', 'data folder of the peer that will be here (default: $SOUK_DATA or ~/.souk)')
      .option('--inventory <file>', 'what cannot be found, declared: licences, devices, people, place, price')
      .option('--peer', 'ask the running peer: with what tasks have of it, its use by hour, the way to other peers')
      .option('--endpoint <url#token>', 'ask a peer elsewhere through its API, see `souk token`', collect)
      .action(async (options: InventoryOptions) => {
        const asksPeer = options.peer || options.endpoint !== undefined
        if (asksPeer && options.inventory !== undefined)
          throw usageError(
            '--inventory is for this host without a peer: a running one has the file it was started with',
          )
        if (asksPeer) await showPeers(context, options)
        else await show(context, options)
        done(0)
      })
    addJson(command)
    addExamples(command, [
      ['souk inventory', 'everything this host has; no peer needs to run'],
      ['souk inventory --peer', 'as the running peer sees it'],
      ['souk inventory --inventory lab.json', 'with what the file declares'],
      [`souk inventory --json | jq '.entries[] | select(.kind == "gpu")'`, 'for programs'],
    ])
    addNotes(
      command,
      'An inventory file is JSON; all of it is optional:',
      inventoryFileExample,
      `Licences, devices, sensors and units are offered as resources of their name; models and data as labels
(model.NAME=yes, data.NAME=yes). souk up and souk join take the same file.`,
    )
  },
}

async function show(context: Context, options: InventoryOptions): Promise<void> {
  const declared = readInventoryFile(options.inventory, context.cwd)
  const folder = dataFolder(context, options.data)
  const found = await detectInventory(
    { folder: folder.path, path: context.env.PATH ?? '', declared, throughput: readThroughput(folder) },
    new AbortController().signal,
  )
  const { out, colours, outWidth } = context.terminal
  out(options.json ? JSON.stringify(found) : inventoryText(found, colours, outWidth))
}

/** As the running peer tells it; its entries have what people read in the same places. */
async function showPeers(context: Context, options: InventoryOptions): Promise<void> {
  await withSession(context, options, async (client) => {
    const told = await client.inventory()
    const { out, colours, outWidth } = context.terminal
    if (options.json) out(JSON.stringify(told))
    else {
      const has = inventoryText(told as unknown as Inventory, colours, outWidth)
      out([has, ...usageText(told.usage, colours, new Date(), outWidth)].join('\n\n'))
    }
  })
}
