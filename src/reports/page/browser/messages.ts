/** What the page and its worker say to each other. The page has no text of a model until it asks for an item. */
import type { ItemsData, ItemView } from '../items-data.ts';
import type { Outcome } from '../proof.ts';
import type { PageView } from '../view.ts';
import type { ItemQuery, ItemList } from './item-index.ts';

/** A transcript that is to be verified. */
export interface GivenBundle {
  readonly id: number;
  /** File name. */
  readonly name: string;
  readonly content: { readonly base64: string } | { readonly bytes: ArrayBuffer };
}

/** What the page asks for. Answers to `find` and `open` carry the same ticket. */
export type PageRequest =
  | { readonly kind: 'add'; readonly bundles: readonly GivenBundle[]; readonly title: PageTitle }
  | { readonly kind: 'trust'; readonly keys: string; readonly title: PageTitle }
  | { readonly kind: 'stated'; readonly items: ItemsData }
  | { readonly kind: 'find'; readonly ticket: number; readonly query: ItemQuery }
  | { readonly kind: 'open'; readonly ticket: number; readonly suite: number; readonly position: number };

/** What a report says of itself. */
export interface PageTitle {
  readonly title: string;
  readonly createdAt: string | null;
}

/** What the worker has to say. */
export type WorkerReport =
  | { readonly kind: 'progress'; readonly id: number; readonly share: number }
  | { readonly kind: 'checked'; readonly id: number; readonly outcome: Outcome }
  /** Everything that was given has been checked; the view is over what was verified, null if nothing was. */
  | { readonly kind: 'view'; readonly view: PageView | null; readonly tookMs: number }
  | { readonly kind: 'lists'; readonly lists: readonly ItemList[] }
  /** A key that cannot be read; nothing has changed. */
  | { readonly kind: 'refused'; readonly message: string }
  /** A request could not be handled, which is a bug. */
  | { readonly kind: 'crashed'; readonly message: string }
  | { readonly kind: 'found'; readonly ticket: number; readonly positions: Uint32Array }
  | { readonly kind: 'opened'; readonly ticket: number; readonly item: ItemView };
