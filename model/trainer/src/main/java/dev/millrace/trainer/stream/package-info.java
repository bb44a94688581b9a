/**
 * Training from topics: images and labels are joined, kept on disk, and trained on round by round.
 */
package dev.millrace.trainer.stream;
