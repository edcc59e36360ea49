import type { SoukClient } from '@souk/client'
import { Box, type Key as InkKey, Text, useApp, useInput, useWindowSize } from 'ink'
import { createElement, type ReactElement, useEffect, useRef, useState } from 'react'
import { peerNames } from '../peer-names.ts'
import type { Colours } from '../print/colours.ts'
import { explainText } from '../print/explain-text.ts'
import type { TopData } from './top-data.ts'
import type { TopFeed } from './top-feed.ts'
import { screenLines } from './top-screen-text.ts'
import { firstView, type Key, pressed, type Wish } from './top-view.ts'

export interface TopAppOptions {
  client: Pick<SoukClient, 'task' | 'cancel'>
  feed: Pick<TopFeed, 'look'>
  first: TopData
  colours: Colours
  /** between two looks at the mesh */
  everyMs: number
}

/** The whole screen. It looks again and again, and draws what keys and looks change. */
export function TopApp({ client, feed, first, colours, everyMs }: TopAppOptions): ReactElement {
  const { exit } = useApp()
  const size = useWindowSize()
  const [data, setData] = useState(first)
  const [view, setView] = useState(firstView)
  const [detail, setDetail] = useState({ task: '', text: '' })
  const [said, say] = useState('')
  const paused = useRef(false)
  paused.current = view.paused

  useEffect(() => {
    const stop = new AbortController()
    const look = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        await new Promise((resolve) => setTimeout(resolve, everyMs))
        if (paused.current || stop.signal.aborted) continue
        const seen = await feed.look(stop.signal)
        if (!stop.signal.aborted && !paused.current) setData(seen)
      }
    }
    void look()
    return () => stop.abort()
  }, [feed, everyMs])

  /** Of another task than the one that is open now it comes too late. */
  const answer = (task: string, text: string): void =>
    setDetail((shown) => (shown.task === task ? { task, text } : shown))

  const grant = async (wish: Wish): Promise<void> => {
    if (wish.kind === 'quit') return exit()
    try {
      if (wish.kind === 'cancel') {
        say(`cancelling ${wish.task.slice(0, 8)}`)
        say(`${wish.task.slice(0, 8)}: ${await client.cancel(wish.task, 'by a person')}`)
      } else {
        setDetail({ task: wish.task, text: 'asking the peers that keep it …' })
        answer(wish.task, explainText(await client.task(wish.task), peerNames(data.peers), colours, Date.now()))
      }
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      if (wish.kind === 'cancel') say(text)
      else answer(wish.task, text)
    }
  }

  useInput((input, key) => {
    const next = pressed(view, keyOf(input, key), data)
    say('')
    setView(next.view)
    if (next.wish) void grant(next.wish)
  })

  const lines = screenLines(view, data, size, colours, detail.text)
  if (said !== '') lines[1] = colours.yellow(said)
  // A line that is as long as the screen is wide would be followed by an empty one on some terminals.
  const rows = lines.map((line, i) => createElement(Text, { key: i, wrap: 'truncate-end' }, line === '' ? ' ' : line))
  return createElement(Box, { flexDirection: 'column', width: size.columns }, ...rows)
}

const names = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['pageUp', 'pageUp'],
  ['pageDown', 'pageDown'],
  ['tab', 'tab'],
  ['return', 'return'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  ['delete', 'backspace'],
] as const

function keyOf(input: string, key: InkKey): Key {
  const name = names.find(([flag]) => key[flag])?.[1]
  return name === undefined ? { input } : { input: '', name }
}
