/** How much of something is taken; over 100 % is full. */
export function Bar({ share, label, tone = '' }: { share: number; label: string; tone?: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100)
  return (
    <span class={`bar ${tone}`} role="img" aria-label={`${label}: ${percent} %`}>
      <span style={{ width: `${percent}%` }} />
    </span>
  )
}
