interface NumberHeadsProps {
  /** of the column that names the rows */
  first: string
  /** of the columns of numbers */
  heads: readonly string[]
}

/** The head of a table of numbers. */
export function NumberHeads({ first, heads }: NumberHeadsProps) {
  return (
    <thead>
      <tr>
        <th scope="col">{first}</th>
        {heads.map((title) => (
          <th key={title} scope="col" class="number">
            {title}
          </th>
        ))}
      </tr>
    </thead>
  )
}
