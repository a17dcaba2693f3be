/** Names of people in texts of others, which a chat or a comment would call. */

/** `@ here` for `@here`: nobody is called. An address and `owner/action@v1` stay. */
export const withoutMentions = (text: string): string => text.replace(/(?<!\w)@(?=\w)/g, "@ ");
