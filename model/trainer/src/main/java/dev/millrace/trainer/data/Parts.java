package dev.millrace.trainer.data;

import java.util.Map;

/**
 * The parts that images and groups have.
 *
 * @param images the part of each image, by content
 * @param groups the part of each group, by the SHA-256 of its name. A group keeps its part even if
 *     none of its images is there any more
 */
record Parts(Map<String, Part> images, Map<String, Part> groups) {

  static final Parts NONE = new Parts(Map.of(), Map.of());
}
