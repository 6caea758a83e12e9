/** Votes of a judge on one thing. */

/** The position of the label that a reply gives; null if it gives none. */
export type Vote = number | null;

/** The label with most votes; null if there is no vote, or several labels have as many. */
export function mostFrequent(votes: readonly Vote[]): Vote {
  const counts = countVotes(votes);
  const most = Math.max(0, ...counts.values());
  const leading = [...counts].filter(([, count]) => count === most).map(([label]) => label);
  return leading.length === 1 ? (leading[0] ?? null) : null;
}

/** How many votes each label has. */
export function countVotes(votes: readonly Vote[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const vote of votes) if (vote !== null) counts.set(vote, (counts.get(vote) ?? 0) + 1);
  return counts;
}

/** Votes as they are recorded, such as `CORRECT CORRECT -`. */
export function votesText(votes: readonly Vote[], labels: readonly string[]): string {
  return votes.map((vote) => (vote === null ? '-' : (labels[vote] ?? '-'))).join(' ');
}
