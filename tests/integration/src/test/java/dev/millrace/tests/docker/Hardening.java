package dev.millrace.tests.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Capability;
import java.util.List;

/** The restrictions under which an operations team runs a container. */
final class Hardening {

  private Hardening() {}

  /** Drops all capabilities of a container, and makes its file system read-only. */
  static void apply(CreateContainerCmd create) {
    create
        .getHostConfig()
        .withReadonlyRootfs(true)
        .withCapDrop(Capability.ALL)
        .withSecurityOpts(List.of("no-new-privileges"));
  }
}
