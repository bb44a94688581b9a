/** Tests of the service's image and the compose file. They need a container engine. */
package dev.millrace.tests.docker;
