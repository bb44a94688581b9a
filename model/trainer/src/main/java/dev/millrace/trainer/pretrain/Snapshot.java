package dev.millrace.trainer.pretrain;

import java.util.List;

/**
 * The images that were read from a topic.
 *
 * @param topic the topic
 * @param capacity the largest number of images; null in files of earlier releases
 * @param images the images, the oldest first
 */
record Snapshot(String topic, Integer capacity, List<Entry> images) {

  Snapshot {
    images = List.copyOf(images);
  }

  /**
   * An image of a snapshot.
   *
   * @param key where the image came from: topic, partition and offset
   * @param content SHA-256 of the image file's bytes, in hexadecimal, which is the file's name
   */
  record Entry(String key, String content) {}
}
