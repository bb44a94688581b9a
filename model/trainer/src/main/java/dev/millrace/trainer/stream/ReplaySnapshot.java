package dev.millrace.trainer.stream;

import dev.millrace.trainer.data.FoundImages;
import java.util.List;

/**
 * The labelled images of a replay at one moment.
 *
 * @param images the images, sorted by key
 * @param unreadable for each image that is left out because its file cannot be read, a line that
 *     names the file and says what to do
 */
record ReplaySnapshot(FoundImages images, List<String> unreadable) {

  ReplaySnapshot {
    unreadable = List.copyOf(unreadable);
  }
}
