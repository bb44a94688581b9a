package dev.millrace.connect;

import java.util.List;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Width;

/** The configuration keys of {@link ImageFolderSource}, with their defaults and allowed values. */
final class ImageFolderKeys {

  static final String FOLDER = "folder";
  static final String TOPIC = "topic";
  static final String LABELS_TOPIC = "labels.topic";
  static final String SUBFOLDERS = "subfolders";
  static final String INCLUDE = "include";
  static final String EXCLUDE = "exclude";
  static final String SEND_WHEN = "send.when";
  static final String SCAN_INTERVAL = "scan.interval.ms";
  static final String MAX_BYTES = "max.bytes";
  static final String OVERSIZE = "oversize";
  static final String BATCH_FILES = "batch.files";
  static final String BATCH_BYTES = "batch.bytes";
  static final String FORGET = "forget.deleted.after.ms";

  static final String STABLE = "stable";
  private static final String PRESENT = "present";
  private static final String PASS_OVER = "pass-over";
  static final String CLAIM_CHECK = "claim-check";
  private static final int MIB = 1 << 20;

  private static final String FILES = "Files";
  private static final String RECORDS = "Records";

  static final ConfigDef DEFINITION =
      new ConfigDef()
          .define(
              FOLDER,
              ConfigDef.Type.STRING,
              ConfigDef.NO_DEFAULT_VALUE,
              Requirement.ABSOLUTE_PATH,
              Importance.HIGH,
              "The folder with the images. Each worker must have the folder under this path. A"
                  + " file's path below the folder becomes the key of its record.",
              FILES,
              1,
              Width.LONG,
              "Folder")
          .define(
              SUBFOLDERS,
              ConfigDef.Type.BOOLEAN,
              true,
              null,
              Importance.MEDIUM,
              "Whether to also send the files in subfolders.",
              FILES,
              2,
              Width.SHORT,
              "Subfolders")
          .define(
              INCLUDE,
              ConfigDef.Type.LIST,
              List.of("*.jpg", "*.jpeg", "*.png", "*.gif", "*.bmp", "*.webp", "*.tif", "*.tiff"),
              Requirement.AT_LEAST_ONE_GLOB,
              Importance.MEDIUM,
              "Glob patterns of the files to send, ignoring case. A pattern without a slash is"
                  + " matched against the file's name. A pattern with a slash is matched against"
                  + " the path below the folder. Files and folders whose names begin with a dot are"
                  + " never sent.",
              FILES,
              3,
              Width.LONG,
              "Include")
          .define(
              EXCLUDE,
              ConfigDef.Type.LIST,
              List.of(),
              Requirement.GLOBS,
              Importance.LOW,
              "Glob patterns of files not to send, even if a pattern of include matches.",
              FILES,
              4,
              Width.LONG,
              "Exclude")
          .define(
              SEND_WHEN,
              ConfigDef.Type.STRING,
              STABLE,
              Requirement.oneOf(STABLE, PRESENT),
              Importance.HIGH,
              "stable: send a file when two consecutive scans see the same size and modification"
                  + " time. present: send a file when a scan sees it. Choose present only if files"
                  + " appear complete, by an atomic rename from another folder or from a name that"
                  + " begins with a dot.",
              FILES,
              5,
              Width.SHORT,
              "Send when")
          .define(
              SCAN_INTERVAL,
              ConfigDef.Type.LONG,
              5_000L,
              Requirement.between(1, 86_400_000),
              Importance.MEDIUM,
              "Time from the end of a scan of the folder to the start of the next scan, in ms. With"
                  + " send.when=stable, a program that writes a file must not pause for longer than"
                  + " this time.",
              FILES,
              6,
              Width.SHORT,
              "Scan interval")
          .define(
              FORGET,
              ConfigDef.Type.LONG,
              86_400_000L,
              Requirement.between(1, 3_650L * 86_400_000),
              Importance.LOW,
              "Time in ms after which a deleted file is forgotten. If the file comes back earlier,"
                  + " with the same modification time and size, it is not sent again. This happens"
                  + " when a mount is lost and restored.",
              FILES,
              7,
              Width.SHORT,
              "Forget deleted files after")
          .define(
              TOPIC,
              ConfigDef.Type.STRING,
              ConfigDef.NO_DEFAULT_VALUE,
              Requirement.TOPIC_NAME,
              Importance.HIGH,
              "The topic to send the images to.",
              RECORDS,
              1,
              Width.MEDIUM,
              "Topic")
          .define(
              LABELS_TOPIC,
              ConfigDef.Type.STRING,
              null,
              Requirement.TOPIC_NAME,
              Importance.MEDIUM,
              "Also send each image's label to this topic, under the same key and before the image."
                  + " The label is the name of the folder that holds the file. By default, no labels"
                  + " are sent.",
              RECORDS,
              2,
              Width.MEDIUM,
              "Topic of labels")
          .define(
              MAX_BYTES,
              ConfigDef.Type.INT,
              1_000_000,
              Requirement.between(1, 1 << 30),
              Importance.MEDIUM,
              "Size of the largest file whose content is sent, in bytes. For a higher value, also"
                  + " raise the topic's max.message.bytes and the connector's"
                  + " producer.override.max.request.size.",
              RECORDS,
              3,
              Width.SHORT,
              "Largest file")
          .define(
              OVERSIZE,
              ConfigDef.Type.STRING,
              PASS_OVER,
              Requirement.oneOf(PASS_OVER, CLAIM_CHECK),
              Importance.MEDIUM,
              "How to handle larger files. pass-over: report them in the log and in the metric"
                  + " files-passed-over. claim-check: send a record without content, with the"
                  + " file's URI (file:///…) in the header ce_dataref.",
              RECORDS,
              4,
              Width.SHORT,
              "Larger files")
          .define(
              BATCH_FILES,
              ConfigDef.Type.INT,
              500,
              Requirement.between(1, 100_000),
              Importance.LOW,
              "Largest number of files in a batch. With exactly once, a batch is a transaction.",
              RECORDS,
              5,
              Width.SHORT,
              "Files in a batch")
          .define(
              BATCH_BYTES,
              ConfigDef.Type.LONG,
              8L * MIB,
              Requirement.between(1, 1 << 30),
              Importance.LOW,
              "Number of bytes from which a batch takes no further file.",
              RECORDS,
              6,
              Width.SHORT,
              "Bytes in a batch");

  private ImageFolderKeys() {}
}
