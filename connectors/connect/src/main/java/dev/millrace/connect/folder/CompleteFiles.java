package dev.millrace.connect.folder;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Tells complete files from files that are still being written: a file is complete if two scans in
 * a row saw it with the same size and time. Not thread-safe.
 */
public final class CompleteFiles {

  private Set<FolderFile> previous = Set.of();

  /**
   * Takes the unsent files of a scan.
   *
   * @param files the files
   * @return those that the scan before saw with the same size and time
   */
  public List<FolderFile> of(List<FolderFile> files) {
    List<FolderFile> complete = files.stream().filter(previous::contains).toList();
    previous = new HashSet<>(files);
    return complete;
  }
}
