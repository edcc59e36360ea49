import { durationText } from '../text/amounts.ts'

/** How long ago, in words; the whole time where the pointer rests. */
export function Since({ iso, now = Date.now() }: { iso: string; now?: number }) {
  const ms = Math.max(0, now - Date.parse(iso))
  // Without this the digits behind the point would flicker.
  const calm = ms < 1000 ? 'now' : `${durationText(Math.floor(ms / 1000) * 1000)} ago`
  return (
    <time dateTime={iso} title={iso}>
      {calm}
    </time>
  )
}
