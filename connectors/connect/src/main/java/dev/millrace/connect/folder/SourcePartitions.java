package dev.millrace.connect.folder;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The source partitions of a watched folder. There is not one source partition for each file,
 * because Connect keeps the offset of each source partition for ever. The number of source
 * partitions is fixed. If the number changed, files would move to other source partitions. The
 * offsets of these source partitions do not list the files, so the files would be sent again.
 */
public final class SourcePartitions {

  /** Number of source partitions of a folder, and largest number of tasks. */
  public static final int COUNT = 64;

  private static final String FOLDER = "folder";
  private static final String PARTITION = "partition";

  private SourcePartitions() {}

  /**
   * {@return the source partitions of one task: {@code task}, {@code task + tasks}, and so on}
   *
   * @param task the number of the task, from 0
   * @param tasks the number of tasks
   */
  public static List<Integer> of(int task, int tasks) {
    return IntStream.range(0, COUNT).filter(p -> p % tasks == task).boxed().toList();
  }

  /**
   * {@return the name of a source partition, as Connect stores it} The entries are sorted, because
   * Connect compares the JSON texts of two names.
   *
   * @param folder the watched folder's name
   * @param partition the source partition, from 0
   */
  public static Map<String, String> name(String folder, int partition) {
    Map<String, String> name = new TreeMap<>();
    name.put(FOLDER, folder);
    name.put(PARTITION, partition + "/" + COUNT);
    return Collections.unmodifiableMap(name);
  }

  /**
   * {@return whether a map is the name of a source partition of a folder}
   *
   * @param folder the folder
   * @param map the map
   */
  public static boolean isName(String folder, Map<String, ?> map) {
    return IntStream.range(0, COUNT).anyMatch(partition -> name(folder, partition).equals(map));
  }
}
