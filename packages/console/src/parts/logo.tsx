export function Logo({ size }: { size: number }) {
  return (
    <svg class="logo" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <path
        d="M16 7 24.500 21.500H7.500z"
        fill="none"
        stroke="currentColor"
        stroke-width="1.800"
        stroke-linejoin="round"
      />
      <circle cx="16" cy="7.500" r="3.200" fill="currentColor" />
      <circle cx="24" cy="21.500" r="3.200" fill="currentColor" />
      <circle cx="8" cy="21.500" r="3.200" fill="currentColor" />
    </svg>
  )
}
