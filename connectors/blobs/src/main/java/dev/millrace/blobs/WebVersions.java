package dev.millrace.blobs;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ReadOnlyVersions;
import dev.millrace.core.repository.RemoteAwayException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Model versions on a web server, read only. The server offers the files of a repository that was
 * copied from a folder or from S3. The server also offers a file {@code index.json} such as {@code
 * {"resnet20": [1, 2]}}, because web servers have no common way to list a folder.
 */
final class WebVersions extends FetchedVersions implements ReadOnlyVersions {

  private static final String INDEX = "index.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  WebVersions(String place, Fetcher fetcher) {
    super(place, fetcher);
  }

  @Override
  public List<String> models() throws RemoteAwayException {
    return index().entrySet().stream()
        .filter(model -> !model.getValue().isEmpty())
        .map(Map.Entry::getKey)
        .toList();
  }

  @Override
  public List<Integer> versions(String model) throws RemoteAwayException {
    return index().getOrDefault(model, List.of());
  }

  private Map<String, List<Integer>> index() throws RemoteAwayException {
    byte[] json = bytes(INDEX);
    if (json == null) {
      throw new ModelException(
          "there is no "
              + place()
              + "/index.json: write one that lists the versions, such as {\"resnet20\": [1, 2]}");
    }
    Map<String, List<Integer>> index;
    try {
      index = JSON.readValue(json, new TypeReference<>() {});
    } catch (IOException e) {
      throw noIndex(e);
    }
    if (index == null || index.values().stream().anyMatch(WebVersions::isIncomplete)) {
      throw noIndex(null);
    }
    return index;
  }

  private static boolean isIncomplete(List<Integer> versions) {
    return versions == null || versions.stream().anyMatch(Objects::isNull);
  }

  private ModelException noIndex(IOException cause) {
    return new ModelException(
        place() + "/index.json does not list versions, such as {\"resnet20\": [1, 2]}", cause);
  }

  @Override
  public void read(String model, int version, String file, String sha256, OutputStream out)
      throws IOException {
    String path = model + "/" + version + "/" + file;
    FetchResult result = fetch(path, sha256, out);
    if (result instanceof Refused refused && refused.reason() == Refused.Reason.NOT_FOUND) {
      path = S3Versions.file(model, sha256);
      result = fetch(path, sha256, out);
    }
    if (result instanceof Refused refused) {
      throw failure(path, refused);
    }
  }
}
