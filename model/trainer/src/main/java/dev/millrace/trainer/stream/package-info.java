/** Training from topics: joins images and labels, keeps them on disk, and trains in rounds. */
package dev.millrace.trainer.stream;
