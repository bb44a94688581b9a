package dev.millrace.connect.folder;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Separates complete files from files that are still being written. A file is complete if two
 * consecutive scans saw it with the same size and modification time. Not thread-safe.
 */
public final class CompleteFiles {

  private Set<FolderFile> previous = Set.of();

  /**
   * Selects the complete files among the unsent files of a scan.
   *
   * @param files the unsent files that the scan saw
   * @return the files that the previous scan saw with the same size and modification time
   */
  public List<FolderFile> of(List<FolderFile> files) {
    List<FolderFile> complete = files.stream().filter(previous::contains).toList();
    previous = new HashSet<>(files);
    return complete;
  }
}
