//! The address of `--listen`, in the spellings that people use.

use std::net::TcpListener;

use isso_tests::{Site, free_address};

#[tokio::test]
async fn an_address_may_be_a_name_a_url_or_a_port_alone() {
    let site = Site::new();
    site.set_password();
    for spell in [
        |port: u16| format!("localhost:{port}"),
        |port: u16| format!("http://127.0.0.1:{port}/"),
        |port: u16| port.to_string(),
        |port: u16| format!(":{port}"),
    ] {
        let address = free_address();
        let spelled = spell(address.port());
        let mut up = site.up_on(&spelled, &[]);
        up.wait_for_line("Isso serves");
        let http = isso_daemon::plain_http().build().expect("the client needs nothing");
        let answer = http.get(format!("http://{address}/info")).send().await;
        assert_eq!(answer.expect("Isso answers").status(), 200, "{spelled}");
        assert!(up.terminate().success(), "{spelled}");
    }
}

#[test]
fn an_address_that_is_none_is_answered_with_the_right_form() {
    let site = Site::new();
    for (spelled, words) in [
        ("::1:8080", "[::1]:8080"),
        ("https://blog.example.org", "reverse proxy"),
        ("127.0.0.1:99999", "127.0.0.1:8080"),
        ("no-such-host.invalid:8080", "localhost:8080"),
    ] {
        let said = site.refused(&["up", "--listen", spelled], 2);
        assert!(said.contains(words), "{spelled}: {said}");
        let gunicorn = ["supervise", "--config", "isso.cfg", "--", "true", "-b", spelled];
        let said = site.refused(&gunicorn, 2);
        assert!(said.contains(words), "{spelled}: {said}");
    }
    let said = site.refused(&["supervise", "--config", "isso.cfg", "--", "true"], 2);
    assert!(said.contains("--listen 0.0.0.0:8080"), "{said}");
}

#[test]
fn a_port_in_use_is_told_with_the_way_to_find_its_holder() {
    let site = Site::new();
    let holder = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = holder.local_addr().expect("it has an address");
    let said = site.refused(&["up", "--listen", &address.to_string()], 1);
    let find = format!("ss -ltnp 'sport = :{}'", address.port());
    assert!(said.contains(&find), "{said}");
    assert!(said.contains("--listen 127.0.0.1:8080"), "{said}");
}

#[test]
fn an_address_of_another_machine_is_told_with_the_way_to_find_ones_own() {
    let said = Site::new().refused(&["up", "--listen", "192.0.2.7:8080"], 1);
    assert!(said.contains("ip -brief address"), "{said}");
}
