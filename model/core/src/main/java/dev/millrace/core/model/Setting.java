package dev.millrace.core.model;

/**
 * A setting that an error message asks the user to change. The code that throws the exception does
 * not know how the user set it: as an option of the command line, or in Java. The command line adds
 * its option's name, which is the name of the constant in lower case with hyphens.
 */
public enum Setting {
  /** The architecture of the network, for example ResNet-50. */
  ARCH,
  /** The number of images per training step. */
  BATCH_SIZE,
  /** The broker's addresses. */
  BOOTSTRAP_SERVERS,
  /** The folder of training images. */
  DATA,
  /** The weights to start from. */
  FROM_WEIGHTS,
  /** The folder of golden images. */
  GOLDEN,
  /** The held-out share of the images. */
  HELD_OUT,
  /** The number of images to read from a topic. */
  IMAGES,
  /** The topic of images. */
  IMAGES_TOPIC,
  /** The order of the dimensions of a batch of images. */
  LAYOUT,
  /** The largest allowed loss of accuracy, in percentage points. */
  MAX_LOSS,
  /** The mean of each channel. */
  MEAN,
  /** The model's output, or the file to write. */
  OUTPUT,
  /** The numbers of the published version: float32 or int8. */
  PRECISION,
  /** The folder of a training run. */
  RUN,
  /** The factor by which 8-bit values are multiplied. */
  SCALE,
  /** The kind of the model's scores. */
  SCORES,
  /** The kind of the network's shortcuts. */
  SHORTCUT,
  /** The size of the images. */
  SIZE,
  /** The standard deviation of each channel. */
  STD,
  /** The kind of the network's first layers. */
  STEM
}
