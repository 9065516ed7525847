// What the bot sends, in the types of Slack's own package. Its views take any object with a type for a block; these take
// only blocks that Slack knows.

import type { HomeView, KnownBlock, ModalView, Option } from "@slack/types";

export interface Message {
  text: string;
  blocks: KnownBlock[];
}

export interface Modal extends ModalView {
  blocks: KnownBlock[];
}

export interface Home extends HomeView {
  blocks: KnownBlock[];
}

export interface Suggestions {
  options: Option[];
}
