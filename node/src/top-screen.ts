import type { SoukClient } from '@souk/client'
import { render } from 'ink'
import { createElement } from 'react'
import type { Colours } from './print/colours.ts'
import { TopApp } from './top/top-app.ts'
import { TopFeed } from './top/top-feed.ts'

/** Takes the whole terminal until a person quits, and gives it back as it was. Rejects when the first look fails. */
export async function showTop(client: SoukClient, colours: Colours, everyMs: number): Promise<void> {
  const feed = new TopFeed(client)
  const first = await feed.look()
  const app = createElement(TopApp, { client, feed, first, colours, everyMs })
  await render(app, { alternateScreen: true }).waitUntilExit()
}
