/** Tests of the service with clients that other people have written, in other languages. */
package dev.millrace.tests.clients;
